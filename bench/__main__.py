"""`python -m bench`: run, and write the table."""

import signal
import sys
from pathlib import Path
from typing import Any

import click

from bench import results, runner, target
from bench.databases import CACHE, SIZES, Databases
from bench.goals import OTHERS
from bench.processes import ROOT, BenchError
from bench.wanted import Wanted

KINDS = ("sqlite", "postgresql")
OURS = ROOT / "bench" / "targets" / "fablab.toml"
QUICK_SECONDS, SECONDS = 2, 10


def listed(_: Any, option: click.Parameter, value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--cases", default="", callback=listed, help="Such as week,day,create; all if none.")
@click.option("--sizes", default="", callback=listed, help="Of 10000,100000,1000000; all if none.")
@click.option("--database", "kinds", default="", callback=listed, help="sqlite,postgresql; both.")
@click.option("--seconds", type=click.IntRange(1), help=f"Of each load; {SECONDS}.")
@click.option("--connections", type=click.IntRange(1), default=16, show_default=True)
@click.option("--quick", is_flag=True, help=f"10,000 bookings, {QUICK_SECONDS} s each.")
@click.option("--no-jobs", is_flag=True, help="Serve pages alone; else as `fablab serve` does.")
@click.option("--profile", is_flag=True, help="Under cProfile: the figures are no figures then.")
@click.option("--target", "file", type=click.Path(path_type=Path), default=OURS)
@click.option("--results", "written", type=click.Path(path_type=Path), help="The JSON lines.")
def main(context: click.Context, /, **chosen: Any) -> None:
    """Measure the lab's system, or another one; append to bench/results, write bench/results.md."""
    if context.invoked_subcommand is None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        measure(**chosen)


def measure(
    cases: list[str],
    sizes: list[str],
    kinds: list[str],
    seconds: int | None,
    connections: int,
    quick: bool,
    no_jobs: bool,
    profile: bool,
    file: Path,
    written: Path | None,
) -> None:
    asked = target.read(file)
    known = [*asked.case, *(() if asked.base_url else OTHERS)]
    wanted = Wanted(
        target=asked,
        rows=target.rows_beside(file, asked),
        cases=cases or known,
        sizes=sizes_of(sizes, quick),
        kinds=kinds or KINDS,
        seconds=seconds or (QUICK_SECONDS if quick else SECONDS),
        connections=connections,
        jobs=not no_jobs,
        profile=profile,
    )
    runner.check(wanted, known)
    place = written or results.FOLDER / f"{results.now()[:10]}.jsonl"
    click.echo(f"{connections} connections, one worker, API rate limit off. Into {place}")
    failed = 0
    for result in runner.run(wanted):
        click.echo(line(result))
        if result.case.endswith(runner.FAILED):
            failed += 1
        elif not profile:
            results.append(result, place)
    if profile:
        click.echo(f"Profile: python -m pstats {CACHE / 'served' / 'profile'}")
    elif written is None:
        write()
    if failed:
        raise BenchError(f"{failed} parts could not be measured; see the notes.")


def sizes_of(texts: list[str], quick: bool) -> list[int]:
    sizes = [int(text) for text in texts] or ([min(SIZES)] if quick else list(SIZES))
    if unknown := set(sizes) - set(SIZES):
        raise BenchError(f"No such size: {sorted(unknown)}. There are: {list(SIZES)}.")
    return sizes


def line(result: results.Result) -> str:
    verdict = {True: "reached", False: "MISSED", None: ""}[result.reached]
    told = [
        f"{result.database:<10} {result.size:>9,} {result.case:<15}",
        f"{results.amount(result.figure, result.unit):>10}",
        f"goal {results.amount(result.goal, result.unit):<8} {verdict:<8}",
        f"p50 {results.number(result.p50_ms):>6} p99 {results.number(result.p99_ms):>6}",
        f"statements {result.statements}" if result.statements is not None else "",
        f"errors {result.errors} {result.statuses}" if result.errors else "",
        result.note,
    ]
    return "  ".join(filter(None, told))


@main.command("table")
def write_table() -> None:
    """Write bench/results.md anew from all of bench/results."""
    write()


def write() -> None:
    found = results.read(sorted(results.FOLDER.glob("*.jsonl")))
    results.TABLE.write_text(results.table(found), "utf-8")
    click.echo(f"Written: {results.TABLE}")


@main.command("prepare")
@click.option("--sizes", default="", callback=listed)
@click.option("--database", "kinds", default="", callback=listed)
def prepare(sizes: list[str], kinds: list[str]) -> None:
    """Generate the databases that are missing, and say how long each took."""
    for kind in kinds or KINDS:
        with Databases(kind) as found:
            for size in sizes_of(sizes, False):
                made = found.made(size)
                click.echo(f"{kind} {size:,}: {made.seconds} s")


if __name__ == "__main__":
    try:
        main()
    except BenchError as wrong:
        sys.exit(f"bench: {wrong}")
