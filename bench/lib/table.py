# SPDX-License-Identifier: Apache-2.0
"""Figures, and the table that they are printed as."""
import dataclasses
import statistics


class Skip(Exception):
    """Why a row cannot be measured here."""


@dataclasses.dataclass
class Figure:
    """One line of the table.  With a peer the goal is about the ratio ours/peer, else about ours."""
    what: str
    ours: float
    unit: str
    goal: float
    at_most: bool = False  # the goal is a ceiling
    peer: str = ""
    theirs: float = 0.0
    ratio: float = 0.0
    spread: str = ""  # the lowest and highest of the turns' ratios

    def met(self):
        x = self.ratio if self.peer else self.ours
        return x <= self.goal if self.at_most else x >= self.goal


def middle(values):
    return statistics.median(values)


def against(what, unit, ours, peer, theirs, goal, at_most=False):
    """Repeated figures of both, taken in turns: the ratio is the middle one of the turns' ratios, so that
    other work on the machine, which slows both of a turn, counts less."""
    ratios = [a / b for a, b in zip(ours, theirs) if b]
    if not ratios:
        raise Skip("%s: the peer %s gave no figure" % (what, peer))
    spread = " (%s to %s)" % (number(min(ratios)), number(max(ratios))) if len(ratios) > 1 else ""
    return Figure(what, middle(ours), unit, goal, at_most, peer, middle(theirs), middle(ratios), spread)


def number(x):
    if x == 0 or abs(x) >= 1000:
        return "{:,.0f}".format(x)
    return "%.3g" % x


HEAD = ["what", "vpcbox", "", "peer", "", "ratio", "goal", "met"]


def cells(f):
    sign = "≤ " if f.at_most else "≥ "
    goal = sign + number(f.goal) + (" ×" if f.peer else " " + f.unit)
    return [f.what, number(f.ours), f.unit, number(f.theirs) if f.peer else "", f.peer,
            number(f.ratio) + f.spread if f.peer else "", goal, "yes" if f.met() else "NO"]


class Heading(str):
    """A line of the table that says what the lines below it are about."""


@dataclasses.dataclass
class Grid:
    """Figures beside each other that are not goals."""
    title: str
    head: list
    rows: list

    def plain(self):
        return "%s\n%s" % (self.title, columns(self.head, self.rows, range(1, len(self.head))))

    def markdown(self):
        lines = ["| " + " | ".join(r) + " |" for r in [self.head, ["---"] * len(self.head)] + self.rows]
        return "%s\n\n%s" % (self.title, "\n".join(lines))


@dataclasses.dataclass
class Section:
    """What goes to a place of its own on the page, and is not printed."""
    name: str
    text: str


def columns(head, rows, right):
    """rows: lists of cells, or one string for a line of its own."""
    width = [max(len(r[i]) for r in rows + [head] if not isinstance(r, str)) for i in range(len(head))]
    out = []
    for r in [head] + rows:
        if isinstance(r, str):
            out.append(r)
        else:
            out.append("  ".join(c.rjust(w) if i in right else c.ljust(w)
                                 for i, (c, w) in enumerate(zip(r, width))).rstrip())
    return "\n".join(out)


def plain(rows):
    return columns(HEAD, rows, {1, 3})


def markdown(rows):
    out = ["| what | vpcbox | peer | ratio | goal | met |", "|---|---|---|---|---|---|"]
    for r in rows:
        if isinstance(r, Heading):
            out.append("| **%s** | | | | | |" % r)
        elif isinstance(r, str):
            what, _, why = r.partition(": ")
            out.append("| %s | %s | | | | |" % (what, why))
        else:
            out.append("| %s | %s %s | %s %s | %s | %s | %s |" % tuple(r))
    return "\n".join(out)
