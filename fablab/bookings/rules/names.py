"""What each rule that staff may set aside is called, by its code."""

from fablab.core.words import N_

NAMES = {
    "in_the_past": N_("No start in the past"),
    "off_grid": N_("The steps of times"),
    "too_short": N_("The shortest length"),
    "too_long": N_("The longest length"),
    "too_soon": N_("The notice to book"),
    "too_far": N_("How far ahead"),
    "closed": N_("The hours of the lab"),
    "outside_plan_hours": N_("The hours of the plan"),
    "machine_unavailable": N_("The machine does not work"),
    "not_certified": N_("The certification"),
    "certificate_expires": N_("The end of the certificate"),
    "material_needs_staff": N_("The material that staff decide on"),
    "quota_exceeded": N_("The quota"),
    "already_booked": N_("One machine at a time"),
    "account_held": N_("The pause of the account"),
    "charter_not_accepted": N_("The charter"),
    "email_unverified": N_("The confirmed e-mail address"),
    "plan_expired": N_("The end of the plan"),
    "change_too_late": N_("The notice to change"),
    "series_too_long": N_("The longest series"),
}
