"""On any graph, a placement is verified or refused, and it uses what it may."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qloak.compile.effort import Effort
from qloak.compile.graph_sources import graph_from_edges
from qloak.compile.objective import Objective
from qloak.compile.place import place
from qloak.compile.verify import verify_encoder
from qloak.errors import UsageError

QUICK = Effort(starts=8, moves=16, exact_moves=2)


@st.composite
def connected_graphs(draw):
    """A random tree of 6 to 16 qubits, most of it path-like, and a few couplers more."""
    size = draw(st.integers(6, 16))
    edges = [(max(0, q - draw(st.integers(1, 3))), q) for q in range(1, size)]
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] != pair[1])
    return graph_from_edges(edges + draw(st.lists(pairs, max_size=5)))


@settings(max_examples=40)
@given(
    graph=connected_graphs(),
    num_clones=st.integers(2, 7),
    goal=st.sampled_from(["fidelity", "depth", "gates"]),
    seed=st.integers(0, 99),
)
def test_placements_are_verified_or_refused(graph, num_clones, goal, seed):
    try:
        placement = place(graph, num_clones, objective=Objective(goal), seed=seed, effort=QUICK)
    except UsageError:
        return
    encoder = placement.encoder
    verify_encoder(encoder, graph)
    assert {(min(gate.qubits), max(gate.qubits)) for gate in encoder.gates} <= graph.edges
    assert len(placement.used_clones) == num_clones
    assert len(encoder.key) == num_clones // 2 * 2
    assert encoder.two_qubit_layers <= placement.layers <= encoder.two_qubit_layers + 1
    assert set(placement.fidelities) == set(encoder.clones)
