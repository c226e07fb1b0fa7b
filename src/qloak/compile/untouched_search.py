"""The search for good encoders with an untouched key: draw schedules, place them, anneal letters and places."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median

from .effort import UntouchedSettings
from .embedding import Embeddings
from .estimate import clone_fidelities
from .graph import DeviceGraph
from .untouched_arms import Arms
from .untouched_cost import noise_weights
from .untouched_place import find_placements
from .untouched_plan import UntouchedPlan
from .untouched_schedule import Schedules

__all__ = ["Found", "UntouchedSearch", "UntouchedSettings"]

_DRAWING, _PLACING = 0.35, 0.05
"""Parts of the work that go into drawing plans and into placing them; annealing takes the rest."""
_PLACED, _ANNEALED = 8, 3
"""Plans that are placed, and that are annealed."""
_PLACES_AT_FIRST, _PLACES = 8, 32
_MOVING = 0.1
_HOT, _COLD = 2e-3, 5e-5
_TRIALS = 8
_DRAWS_FOR_ONE = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A plan and its value, 1 - F_e of the clones that count."""

    value: float
    plan: UntouchedPlan


@dataclass(slots=True, eq=False)
class UntouchedSearch:
    """A search on one device.

    Attributes:
        graph: where to place.
        num_clones: clones that count; the path may have one site more.
        arms: shape of the path.
        settings: what to search for, and how long.
        random: source of all random choices.
        tried: encoders whose fidelities were computed.
        timed_out: whether the time budget ended the search.
    """

    graph: DeviceGraph
    num_clones: int
    arms: Arms
    settings: UntouchedSettings
    random: Random
    tried: int = 0
    timed_out: bool = False
    _deadline: float = math.inf
    _noise: Embeddings = field(init=False)

    def __post_init__(self) -> None:
        self._noise = Embeddings(self.graph.thinned(), ())

    def run(self, progress: Callable[[float], None] | None = None) -> UntouchedPlan | None:
        """The best plan found, of the fewest layers both with and without a barrier; None if none fits.

        Plans are drawn from the schedules with a barrier. Moved one layer forward, each of them is one without: the
        signals that are free only from layer 4 on are met one layer after the source's first gate at the earliest.

        Args:
            progress: told the part of the work that is done, from 0 to 1.
        """
        report = progress or (lambda _: None)
        settings = self.settings
        started, seconds = time.monotonic(), math.inf if settings.seconds is None else settings.seconds
        self._deadline = started + _DRAWING * seconds
        pool = self._placed(self._drawn(settings.draws, report))
        done = _DRAWING + _PLACING
        report(done)
        best = pool[:1]
        for start in pool[:_ANNEALED]:
            share = (1 - _DRAWING - _PLACING) / min(_ANNEALED, len(pool))
            self._deadline = started + (done + share) * seconds
            warm = self._anneal(start, settings.moves // (2 * _ANNEALED), (_HOT, _HOT / 4))
            # Other letters want other places.
            again = min([warm, *self._placements(warm.plan)[:1]], key=lambda each: each.value)
            best.append(self._anneal(again, settings.moves // (2 * _ANNEALED), (_HOT / 4, _COLD)))
            done += share
            report(done)
        return min(best, key=lambda each: each.value).plan if best else None

    def _drawn(self, number: int, report: Callable[[float], None]) -> list[UntouchedPlan]:
        """Plans on no device yet, the most promising first."""
        schedules = Schedules.shallowest(self.arms.ready(strict=True), self.arms.source)
        noise = self._noise
        typical = [median(each) for each in (noise.gate_errors.values(), noise.readout, noise.waiting)]
        ranked: list[tuple[float, int, UntouchedPlan]] = []
        # At least one plan must be readable, or a placement would be missed: many more draws than any size needs.
        for i in range(number + _DRAWS_FOR_ONE):
            if ranked and (i >= number or self._is_late()):
                break
            drawn = (UntouchedPlan.draw(self.arms, schedules, self.random) for _ in range(_TRIALS))
            for plan in drawn:
                encoder = plan.to_encoder()
                if len(encoder.clones) >= self.num_clones:
                    ranked.append((noise_weights(encoder).total(*typical), i, plan))
                    break
            report(_DRAWING * min(1.0, (i + 1) / number))
        return [plan for *_, plan in sorted(ranked)]

    def _placed(self, plans: list[UntouchedPlan]) -> list[Found]:
        """The best place of each plan, the best plan first."""
        placed: list[Found] = []
        for plan in plans[:_PLACED]:
            if placed and self._is_late():
                break
            placed += self._placements(plan, _PLACES_AT_FIRST)[:1]
        return sorted(placed, key=lambda each: each.value)

    def _placements(self, plan: UntouchedPlan, most: int = _PLACES) -> list[Found]:
        """Places for a plan, the best first."""
        local = replace(plan, qubits=tuple(range(self.arms.num_qubits)))
        places = find_placements(self._noise, self.arms, noise_weights(local.to_encoder()), most=most)
        plans = (replace(plan, qubits=place.qubits) for place in places)
        return sorted((Found(self._value(each), each) for each in plans), key=lambda each: each.value)

    def _anneal(self, start: Found, moves: int, heat: tuple[float, float]) -> Found:
        """Change letters and places, ever more reluctant to accept worse."""
        places = [each.plan.qubits for each in self._placements(start.plan)]
        now = best = start
        hot, cold = heat
        for move in range(moves):
            if self._is_late():
                break
            moving = self.random.random() < _MOVING
            plan = replace(now.plan, qubits=self.random.choice(places)) if moving else now.plan.changed(self.random)
            value = self._value(plan)
            worse = value - now.value
            if worse <= 0 or self.random.random() < math.exp(-worse / (hot * (cold / hot) ** (move / moves))):
                now = Found(value, plan)
                best = min(best, now, key=lambda each: each.value)
        return best

    def _value(self, plan: UntouchedPlan) -> float:
        """What is to be made small; infinite if too few clones can be read."""
        encoder = plan.to_encoder()
        if len(encoder.clones) < self.num_clones:
            return math.inf
        self.tried += 1
        found = sorted(clone_fidelities(encoder, self.graph.device).values(), reverse=True)[: self.num_clones]
        mean = 1 - sum(found) / len(found)
        return {"mean": mean, "worst": 1 - found[-1] + mean / 4, "best": 1 - found[0] + mean / 4}[self.settings.over]

    def _is_late(self) -> bool:
        self.timed_out |= time.monotonic() > self._deadline
        return time.monotonic() > self._deadline
