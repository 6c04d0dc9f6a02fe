"""Who may do what: one row a route, named by its handler, one column a kind of person.

`in`: sent to the sign-in page. A row named `machine hidden` is the same route with an address
that leads to a hidden machine; `of an admin`, to an admin's account. Where rights depend on the
thing, strangers are told 404: not even that it exists. 422 and 400: they may, but the form the
test sends says nothing (see FORMS in scene.py), or it is too early or too late for it.

A new route needs a row here: think of who may, then write it.
"""

ROWS = """
# PAGES                         anonymous teammate owner other trainer manager admin
home                            200       200      200   200   200     200     200
accounts:profile                in        200      200   200   200     200     200
accounts:change-profile         in        422      422   422   422     422     422
accounts:email                  in        200      200   200   200     200     200
accounts:change-email           in        422      422   422   422     422     422
accounts:password               in        200      200   200   200     200     200
accounts:change-password        in        422      422   422   422     422     422
accounts:sessions               in        200      200   200   200     200     200
accounts:end-others             in        303      303   303   303     303     303
accounts:end-session            in        404      303   404   404     404     404
accounts:pin                    in        200      200   200   200     200     200
accounts:choose-pin             in        422      422   422   422     422     422
accounts:tokens                 in        200      200   200   200     200     200
accounts:make-token             in        422      422   422   422     422     422
accounts:revoke-token           in        404      303   404   404     404     404
api:docs                        200       200      200   200   200     200     200
at                              in        200      200   200   200     200     200
at:check-in                     in        422      422   422   422     422     422
at:finish                       in        422      422   422   422     422     422
at:still-running                in        422      422   422   422     422     422
at:start                        in        422      422   422   422     422     422
at:fault                        in        422      422   422   422     422     422
bookings:book                   in        303      422   303   303     303     303
bookings:new                    in        200      200   200   200     200     200
bookings:start-now              in        422      422   422   422     422     422
bookings:show                   in        200      200   404   404     200     200
bookings:cancel                 in        303      303   404   404     303     303
bookings:change                 in        200      200   404   404     200     200
bookings:check-in               in        303      303   404   404     303     303
bookings:extend                 in        422      422   404   404     422     422
bookings:finish                 in        422      422   404   404     422     422
bookings:interrupt              in        403      403   404   404     422     422
bookings:still-running          in        422      422   404   404     422     422
bookings:was-here               in        403      403   404   404     422     422
bookings:late                   in        303      303   404   404     303     303
desk:waitlist                   in        403      403   403   403     200     200
offers:show                     in        404      200   404   404     404     404
offers:accept                   in        404      422   404   404     404     404
offers:decline                  in        404      303   404   404     404     404
waitlist                        in        200      200   200   200     200     200
waitlist:new                    in        200      200   200   200     200     200
waitlist:join                   in        422      303   422   422     422     422
waitlist:leave                  in        404      303   404   404     303     303
bookings:buddy                  in        404      404   404   404     404     404
bookings:agree                  in        404      404   404   404     404     404
bookings:decline                in        404      404   404   404     404     404
bookings:name-buddy             in        422      422   404   404     422     422
bookings:party-cancel           in        422      422   404   404     303     303
bookings:party-check-in         in        303      303   404   404     303     303
bookings:party-finish           in        422      422   404   404     422     422
bookings:move                   in        422      422   404   404     422     422
bookings:place                  in        403      403   403   403     422     422
calendars:feed                  404       404      404   404   404     404     404
calendars:booking               in        200      200   404   404     200     200
calendars:list                  in        200      200   200   200     200     200
calendars:revoke                in        404      303   404   404     404     404
calendars:subscribe             in        200      200   200   200     200     200
series:book                     in        303      303   303   303     303     303
series:new                      in        303      303   303   303     303     303
series:preview                  in        303      303   303   303     303     303
series:show                     in        200      200   404   404     200     200
series:cancel-form              in        200      200   404   404     200     200
series:cancel                   in        303      303   404   404     303     303
series:change-form              in        200      200   404   404     200     200
series:change                   in        422      422   404   404     422     422
charter                         200       200      200   200   200     200     200
accounts:accept-charter         in        422      422   422   422     422     422
accounts:resend                 303       303      303   303   303     303     303
accounts:confirm                410       410      410   410   410     410     410
accounts:confirmed              410       410      410   410   410     410     410
find                            in        200      200   200   200     200     200
desk                            in        403      403   403   403     200     200
desk:hours                      in        403      403   403   403     200     200
desk:new-closure                in        403      403   403   403     200     200
desk:make-closure               in        403      403   403   403     422     422
desk:closure                    in        403      403   403   403     200     200
desk:change-closure             in        403      403   403   403     422     422
desk:remove-closure             in        403      403   403   403     303     303
desk:day                        in        403      403   403   403     200     200
desk:set-day                    in        403      403   403   403     422     422
desk:clear-day                  in        403      403   403   403     303     303
desk:interrupt                  in        403      403   403   403     200     200
desk:interrupt-all              in        403      403   403   403     422     422
desk:forgive                    in        403      403   403   403     303     303
desk:season                     in        403      403   403   403     200     200
desk:change-season              in        403      403   403   403     422     422
desk:approvals                  in        403      403   403   403     200     200
desk:approve                    in        403      403   404   404     422     422
desk:reject                     in        403      403   404   404     422     422
desk:kiosks                     in        403      403   403   403     200     200
desk:put-up                     in        403      403   403   403     422     422
desk:revoke-kiosk               in        403      403   403   403     303     303
desk:machines                   in        403      403   403   403     200     200
desk:machine                    in        403      403   403   403     200     200
desk:machine hidden             in        403      403   403   403     200     200
desk:change-machine             in        403      403   403   403     422     422
desk:change-machine hidden      in        403      403   403   403     422     422
desk:block                      in        403      403   403   403     200     200
desk:block hidden               in        403      403   403   403     200     200
desk:make-block                 in        403      403   403   403     422     422
desk:make-block hidden          in        403      403   403   403     422     422
desk:end-block                  in        403      403   403   403     404     404
desk:end-block hidden           in        403      403   403   403     404     404
desk:qr-all                     in        403      403   403   403     200     200
desk:qr                         in        403      403   403   403     200     200
desk:qr hidden                  in        403      403   403   403     200     200
desk:members                    in        403      403   403   403     200     200
desk:new-member                 in        403      403   403   403     200     200
desk:make-member                in        403      403   403   403     422     422
desk:member                     in        403      403   403   403     200     200
desk:member of an admin         in        403      403   403   403     200     200
desk:charter                    in        403      403   403   403     303     303
desk:charter of an admin        in        403      403   403   403     403     303
desk:code                       in        403      403   403   403     200     200
desk:code of an admin           in        403      403   403   403     403     200
desk:consent                    in        403      403   403   403     303     303
desk:consent of an admin        in        403      403   403   403     403     303
desk:email                      in        403      403   403   403     303     303
desk:email of an admin          in        403      403   403   403     403     303
desk:hold                       in        403      403   403   403     303     303
desk:hold of an admin           in        403      403   403   403     403     303
desk:lift                       in        403      403   403   403     303     303
desk:lift of an admin           in        403      403   403   403     403     404
desk:pin                        in        403      403   403   403     422     422
desk:pin of an admin            in        403      403   403   403     403     422
desk:plan                       in        403      403   403   403     303     303
desk:plan of an admin           in        403      403   403   403     403     303
desk:member-profile             in        403      403   403   403     200     200
desk:member-profile of an admin in        403      403   403   403     200     200
desk:correct                    in        403      403   403   403     303     303
desk:correct of an admin        in        403      403   403   403     403     303
desk:role                       in        403      403   403   403     403     303
desk:role of an admin           in        403      403   403   403     403     422
desk:seen                       in        403      403   403   403     303     303
desk:seen of an admin           in        403      403   403   403     403     303
desk:change-networks            in        403      403   403   403     303     303
desk:policy                     in        403      403   403   403     200     200
desk:change-policy              in        403      403   403   403     422     422
desk:quotas                     in        403      403   403   403     200     200
desk:new-quota                  in        403      403   403   403     200     200
desk:add-quota                  in        403      403   403   403     422     422
desk:quota                      in        403      403   403   403     200     200
desk:change-quota               in        403      403   403   403     422     422
desk:quota-off                  in        403      403   403   403     303     303
desk:quota-on                   in        403      403   403   403     303     303
accounts:forgotten              200       200      200   200   200     200     200
accounts:ask-reset              303       303      303   303   303     303     303
health                          200       200      200   200   200     200     200
kiosk                           403       403      403   403   403     403     403
kiosk:who                       403       403      403   403   403     403     403
kiosk:identify                  403       403      403   403   403     403     403
kiosk:language                  403       403      403   403   403     403     403
kiosk:me                        403       403      403   403   403     403     403
kiosk:still                     403       403      403   403   403     403     403
kiosk:at                        403       403      403   403   403     403     403
kiosk:check-in                  403       403      403   403   403     403     403
kiosk:finish                    403       403      403   403   403     403     403
kiosk:still-running             403       403      403   403   403     403     403
kiosk:start                     403       403      403   403   403     403     403
kiosk:fault                     403       403      403   403   403     403     403
language                        422       422      422   422   422     422     422
live:machine                    200       200      200   200   200     200     200
live:machine hidden             404       404      404   404   404     200     200
live:me                         in        200      200   200   200     200     200
live:schedule                   200       200      200   200   200     200     200
machines                        200       200      200   200   200     200     200
machine                         200       200      200   200   200     200     200
machine hidden                  404       404      404   404   404     200     200
week                            200       200      200   200   200     200     200
week hidden                     404       404      404   404   404     200     200
me                              in        200      200   200   200     200     200
notices                         in        200      200   200   200     200     200
notices:read                    in        422      422   422   422     422     422
metrics                         200       200      200   200   200     200     200
ready                           200       200      200   200   200     200     200
accounts:reset                  410       410      410   410   410     410     410
accounts:set-password           410       410      410   410   410     410     410
schedule                        200       200      200   200   200     200     200
accounts:sign-in                200       303      303   303   303     303     303
accounts:signed-in              422       422      422   422   422     422     422
accounts:code                   200       200      200   200   200     200     200
accounts:by-code                422       422      422   422   422     422     422
accounts:sign-out               303       303      303   303   303     303     303
accounts:sign-up                200       303      303   303   303     303     303
accounts:join                   422       422      422   422   422     422     422
accounts:sent                   200       200      200   200   200     200     200

# API                           anonymous teammate owner other trainer manager admin
api:bookings                    401       200      200   200   200     200     200
api:book                        401       400      400   400   400     400     400
api:check                       401       400      400   400   400     400     400
api:booking                     401       200      200   404   404     200     200
api:change                      401       200      200   404   404     200     200
api:cancel                      401       422      422   404   404     200     200
api:waitlist                    401       200      200   200   200     200     200
api:wait                        401       400      400   400   400     400     400
api:leave-line                  401       404      200   404   404     200     200
api:accept                      401       404      422   404   404     404     404
api:decline                     401       404      200   404   404     404     404
api:approve                     401       403      403   404   404     422     422
api:reject                      401       403      403   404   404     422     422
api:check-in                    401       200      200   404   404     200     200
api:late                        401       200      200   404   404     200     200
api:finish                      401       422      422   404   404     422     422
api:interrupt                   401       403      403   404   404     400     400
api:was-here                    401       403      403   404   404     422     422
api:party-cancel                401       422      422   404   404     200     200
api:party-check-in              401       200      200   404   404     200     200
api:party-finish                401       422      422   404   404     422     422
api:book-series                 401       400      400   400   400     400     400
api:preview-series              401       400      400   400   400     400     400
api:series                      401       200      200   404   404     200     200
api:change-series               401       400      400   404   404     400     400
api:cancel-series               401       400      400   404   404     400     400
api:categories                  200       200      200   200   200     200     200
api:machines                    200       200      200   200   200     200     200
api:machine                     200       200      200   200   200     200     200
api:machine hidden              404       404      404   404   404     200     200
api:machine-bookings            200       200      200   200   200     200     200
api:machine-bookings hidden     404       404      404   404   404     200     200
api:me                          401       200      200   200   200     200     200
api:document                    200       200      200   200   200     200     200
api:openings                    200       200      200   200   200     200     200
api:schedule                    200       200      200   200   200     200     200
api:make-token                  400       400      400   400   400     400     400
"""


def rows() -> dict[str, list[str]]:
    """What each kind of person is answered, by the name of the row."""
    lines = [line for line in ROWS.splitlines() if line and not line.startswith("#")]
    return {name: answers for name, *answers in (line.rsplit(None, 7) for line in lines)}
