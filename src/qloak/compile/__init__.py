"""The compiler: encrypted cloning on a processor's couplers in a handful of two-qubit layers.

    driver                    the front door: `compile_circuit`
    graph, graph_sources, coordinates
                              device graphs: what is coupled, where they come from, where to draw them
    encoder                   an encoder on physical qubits, as controlled Paulis
    unit, unit_search, arrangement, letters, local_class
                              the five-qubit units and the search that finds them all
    tree, embedding, search, place, refine, objective, unit_cost
                              a tree of units on a graph, and the search for a good one
    operators, decoders, readout, mixed, unitary
                              decoders of a clone: measured, mixed, or by gates
    lower                     native gates
    verify, verify_circuit    what every encoder and circuit must have before it is handed out
    estimate, trip_noise, noise_table, noisy
                              exact fidelities under a device's noise
    roundtrip, compiled       encoder and decoder together, and what is handed out
    layout_svg                a picture of it
    cache, effort             results kept between runs; how long to search
    untouched and untouched_* the mode in which the key never meets the data
    parallel and parallel_*   GHZ registers, each qubit encrypted by a unit of its own
    baseline, baseline_circuit, baseline_qiskit, pair_blocks
                              the paper's ladder circuit through Qiskit, to compare with
    robustness                a circuit scored on another calibration or under more noise
    paper                     what the hardware experiment measured

Decryption of a clone reads only the key qubits on its path; the documentation's compiler page says what that
means for custody.
"""

from .compiled import CompiledCircuit, encryption_circuit
from .driver import compile_circuit
from .encoder import Encoder, PauliGate
from .graph import DeviceGraph
from .graph_sources import all_to_all, graph_from_backend, graph_from_edges, grid, line, load_graph, parse_edges
from .layout_svg import layout_svg
from .objective import Objective
from .unit import Unit, load_units

__all__ = [
    "CompiledCircuit",
    "DeviceGraph",
    "Encoder",
    "Objective",
    "PauliGate",
    "Unit",
    "all_to_all",
    "compile_circuit",
    "encryption_circuit",
    "graph_from_backend",
    "graph_from_edges",
    "grid",
    "layout_svg",
    "line",
    "load_graph",
    "load_units",
    "parse_edges",
]
