"""Why a party cannot be: what is wrong with all of it once, the rest by machine and seat. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.bookings.asking import Judged
from fablab.bookings.rules import Blocker, place
from fablab.core.errors import Problem
from fablab.core.words import N_, NN_, Phrase, Words
from fablab.machines.catalogue import MachineView

TAKEN = "taken"


def problems_of(judged: Sequence[Judged]) -> tuple[Problem, ...]:
    """What is true of every row is said once, without a machine's name."""
    if len({each.wish.machine_id for each in judged}) == 1:
        return of_seats(judged)
    shared = [one for one in judged[0].problems if all(one in each.problems for each in judged)]
    found = list(shared)
    for number, each in enumerate(judged):
        found += [
            named(problem, each.facts.machine.name, f"machines[{number}]")
            for problem in each.problems
            if problem not in shared
        ]
    return tuple(found)


def named(problem: Problem, name: Words, about: str | None) -> Problem:
    """The same with the machine's name before it; a count was put into words already."""
    message = problem.message
    if problem.plural and problem.count != 1:
        message = problem.plural
    why = Phrase(message, problem.details | {"count": problem.count})
    return replace(
        problem,
        message=N_("{machine}: {why}"),
        about=about,
        details=problem.details | {"machine": name, "why": why},
        plural=None,
    )


def in_words(told: Sequence[tuple[MachineView, Problem]]) -> tuple[Problem, ...]:
    """Each by its machine; what is told of several is said once."""
    problems = [problem for _, problem in told]
    if len({view.id for view, _ in told}) == 1:
        return tuple(
            problem for place, problem in enumerate(problems) if problem not in problems[:place]
        )
    return tuple(
        problem if problems.count(problem) > 1 else named(problem, view.name, problem.about)
        for place, (view, problem) in enumerate(told)
        if problem not in problems[:place]
    )


def of_seats(judged: Sequence[Judged]) -> tuple[Problem, ...]:
    """Seats of one room: each is judged as if those before it were granted."""
    refused = next((each for each in judged if each.problems), None)
    if refused is None:
        return ()
    wanted, units = len(judged), refused.facts.machine.units
    free = units - place.peak(stored(refused), place.busy(refused.wish, refused.facts))
    first = judged[0].problems
    rest = tuple(each for each in refused.problems if each.code != TAKEN)
    if first or not any(each.code == TAKEN for each in refused.problems):
        return first or rest
    return (too_few(free, wanted, units), *rest)


def stored(judged: Judged) -> list[Blocker]:
    """What clashes but for the party's own rows, which are not written yet."""
    return [row for row in place.clashes(judged.wish, judged.facts) if row.id]


def too_few(free: int, wanted: int, units: int) -> Problem:
    if wanted > units:
        one, many = NN_("It has {count} seat.", "It has {count} seats.")
        return Problem("too_many_seats", one, "seats", {}, units, [units], plural=many, count=units)
    one, many = NN_("{count} seat is free at that time.", "{count} seats are free at that time.")
    return Problem(TAKEN, one, "seats", {"wanted": wanted}, free, [free], plural=many, count=free)
