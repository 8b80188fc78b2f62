#!/usr/bin/env python3
"""Looks at the results of benchmarks, as ockam-bench --json writes them.

    results.py check [GROUP...]     compares them with targets.tsv; status 1 when a row falls short
    results.py report               writes them into docs/performance.md, between its two marks
    results.py smoke PROGRAM GROUP  runs a group as short as can be; status 1 when it fails, or writes nonsense
"""

import argparse
import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN = "<!-- results: written by scripts/bench --report, not by hand -->"
END = "<!-- end of results -->"
GROUPS = ["codec", "local", "tcp", "udp", "uds", "ws", "savina", "peer"]
DISTURBED = 0.2  # spread from which on a median says little


def read_results(groups):
    """{group: report}, without those that have not been run."""
    files = {group: HERE / "results" / f"{group}.json" for group in groups}
    return {group: json.loads(file.read_text(encoding="utf-8")) for group, file in files.items() if file.exists()}


def figures_of(results):
    """{(row, variant): figure}"""
    return {(figure["row"], figure["variant"]): figure
            for report in results.values() for figure in report.get("figures", [])}


# -- check ------------------------------------------------------------------------------------------


def read_targets():
    with open(HERE / "targets.tsv", encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


class Absent(Exception):
    """A target that nothing can be said about; the text says why."""


def wanted_here(needs, about):
    """Whether a target is meant for the machine and the libraries of these results."""
    what, _, value = needs.partition(" ")
    if what == "cores":
        return about["cores"] >= int(value)
    return about["caf"] == value if what == "caf" else True


def find(figures, row, variant):
    if not any(name == row for name, _ in figures):
        raise Absent(f"no row {row}")
    if (row, variant) not in figures:
        raise Absent(f"no variant {variant}")
    return figures[row, variant]


def times_as_good(figure, other):
    if figure["unit"] == "1/s":
        return figure["median"] / other["median"]
    return other["median"] / figure["median"]


def measured(figures, target):
    """What the target is about: a number, in words, whether it may be at most the target, and the spread."""
    figure = find(figures, target["row"], target["variant"])
    beside = target["compared_with"]
    if beside == "median":
        return figure["median"], f"{figure['median']:.4g} {figure['unit']}", True, figure["spread"]
    if beside == "allocs":
        count = round(figure["allocations"], 2)  # another thread may make one now and then
        return count, f"{count:.2f} allocations", True, 0
    if beside.startswith("row:"):
        other = find(figures, beside.removeprefix("row:"), target["variant"])
        ratio = times_as_good(figure, other)
        return ratio, f"{ratio:.2f} of {other['row']}", False, max(figure["spread"], other["spread"])
    find(figures, target["row"], beside)
    ratio = figure["times_baseline"][beside]
    return ratio, f"{ratio:.2f} of {beside}", False, figure["spread"]


def judge(figures, target):
    """Whether the target is reached, and a line that says by how much."""
    value, words, at_most, spread = measured(figures, target)
    wanted = float(target["target"])
    good = value <= wanted if at_most else value >= wanted
    line = f"{target['row']}, {target['variant']}: {words}, target at {'most' if at_most else 'least'} {wanted:g}"
    if not good and spread > DISTURBED:
        line += f" (spread {spread:.0%}: run again)"
    return good, line + (f"; {target['note']}" if target["note"] else "")


def check(groups):
    results = read_results(groups)
    figures = figures_of(results)
    counts = dict.fromkeys(["reached", "FALLS SHORT", "skipped"], 0)

    def tell(verdict, line):
        counts[verdict] += 1
        print(f"{verdict:11} {line}")

    for target in read_targets():
        about = results.get(target["row"].split(".")[0])
        if about is None:
            continue  # not asked for, or without results, which is said below
        name = f"{target['row']}, {target['variant']}, compared with {target['compared_with']}"
        if not wanted_here(target["needs"], about):
            tell("skipped", f"{name}: needs {target['needs']}")
            continue
        try:
            good, line = judge(figures, target)
            tell("reached" if good else "FALLS SHORT", line)
        except Absent as why:
            tell("skipped", f"{name}: {why}")
    missing = [group for group in groups if group not in results]
    for group in missing:
        print(f"no results of {group}: run scripts/bench {group} first")
    print(f"{counts['reached']} reached, {counts['FALLS SHORT']} fall short, {counts['skipped']} skipped")
    return 1 if counts["FALLS SHORT"] or missing else 0


# -- report -----------------------------------------------------------------------------------------


def in_words(value, unit):
    if unit == "1/s":
        return f"{value / 1e6:.2f} M/s" if value >= 1e6 else f"{value / 1e3:.1f} k/s"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def table_of(report):
    baselines = []
    for figure in report["figures"]:
        baselines += [name for name in figure.get("times_baseline", {}) if name not in baselines]
    yield "| row | variant | median | spread | allocations |" + "".join(f" of {name} |" for name in baselines)
    yield "|---|---|--:|--:|--:|" + "--:|" * len(baselines)
    last = None
    for figure in report["figures"]:
        row = figure["row"]
        ratios = figure.get("times_baseline", {})
        cells = [f"`{row}`" if row != last else "", figure["variant"], in_words(figure["median"], figure["unit"]),
                 f"{figure['spread']:.0%}", f"{figure['allocations']:.2f}" if "allocations" in figure else ""]
        cells += ["" if name == figure["variant"] or name not in ratios else f"{ratios[name]:.2f}"
                  for name in baselines]
        yield "| " + " | ".join(cells) + " |"
        last = row


def report():
    results = read_results(GROUPS)
    if not results:
        sys.exit("error: no results in benchmarks/results; run scripts/bench first")
    lines = [BEGIN]
    for group, about in results.items():
        cores = f"{about['cores']} core{'s' if about['cores'] != 1 else ''}"
        lines += ["", f"### {group}", "",
                  f"{cores}, GCC {about['compiler']}, CAF {about['caf']}; "
                  f"up to {about['runs']} rounds of {about['run_milliseconds']} ms.", "", *table_of(about)]
    lines += ["", END]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + "\n".join(lines) + rest.split(END)[1], encoding="utf-8")
    return 0


# -- smoke ------------------------------------------------------------------------------------------


def nonsense_in(about):
    if not about["figures"]:
        yield "no figures"
    for figure in about["figures"]:
        numbers = [figure["median"], figure["min"], figure["max"], *figure["values"],
                   *figure.get("times_baseline", {}).values()]
        name = f"{figure['row']}, {figure['variant']}"
        if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
            yield f"{name}: not a number"
        elif not figure["min"] <= figure["median"] <= figure["max"]:
            yield f"{name}: the median is not between the smallest and the largest value"
        elif figure["row"].split(".")[0] != about["benchmark"]:
            yield f"{name}: in the file of {about['benchmark']}"


def smoke(program, group):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results.json"
        short = ["--quick", "--runs", "1", "--run-time", "1", "--json", str(file)]
        status = subprocess.run([program, group, *short], check=False).returncode
        if status != 0:
            print(f"{program} {group} ended with status {status}")
            return 1
        about = json.loads(file.read_text(encoding="utf-8"))
    problems = list(nonsense_in(about))
    print("\n".join(problems) or f"{len(about['figures'])} figures")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check").add_argument("groups", nargs="*")
    actions.add_parser("report").add_argument("groups", nargs="*", help="not used")
    smoking = actions.add_parser("smoke")
    smoking.add_argument("program")
    smoking.add_argument("group")
    line = parser.parse_args()
    if line.action == "check":
        return check(line.groups or GROUPS)
    return report() if line.action == "report" else smoke(line.program, line.group)


if __name__ == "__main__":
    sys.exit(main())
