"""Error-correcting recovery: which errors are corrected, and that the decoders are maximum likelihood."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import stim

from qloak.circuits import circuit_metrics, encryption_circuit
from qloak.circuits.recover_ec import ErrorCorrectingRecovery, error_correcting_recovery
from qloak.circuits.storage_errors import StorageErrors
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import LimitError, UsageError
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches
from tests.flows import flow, from_zeros
from tests.oracles import encrypted_state, random_state


def recover(recovery: ErrorCorrectingRecovery, errors: dict[int, str]) -> tuple[np.ndarray, int]:
    """Outcomes of one run with errors on the stored qubits, and what is then due on A (numbered x + 2 z).

    The input is half of a Bell pair; the correlators of its other half with A name the Pauli, by stim.
    """
    n = recovery.num_clones
    reference = 2 * n + 1
    simulator = stim.TableauSimulator(seed=0)
    simulator.do_circuit(stim.Circuit(f"H {reference}\nCX {reference} 0") + encryption_circuit(EncryptedCloning(n)))
    simulator.do_pauli_string(stim.PauliString(errors) if errors else stim.PauliString(0))
    simulator.do_circuit(recovery.circuit)
    outcomes = np.array(simulator.current_measurement_record())
    means = [simulator.peek_observable_expectation(stim.PauliString({0: letter, reference: letter})) for letter in "XZ"]
    assert set(means) <= {1, -1}
    return outcomes, (means[1] == -1) + 2 * (means[0] == -1)


def single_errors(n: int) -> list[dict[int, str]]:
    return [{}, *({q: letter} for q in range(2 * n + 1) for letter in "XYZ")]


def decoded(pair) -> int:
    x, z = pair
    return int(x) + 2 * int(z)


class TestSyndrome:
    @pytest.mark.parametrize("n", (2, 3, 4, 5, 6, 8, 9, 17))
    def test_every_single_error_is_corrected(self, n):
        """All 3 (2n + 1) Pauli errors, A included, and no error at all; pairs compared over up to four steps."""
        recovery = error_correcting_recovery(EncryptedCloning(n))
        for errors in single_errors(n):
            outcomes, due = recover(recovery, errors)
            assert decoded(recovery.decode(outcomes)) == due, errors

    @pytest.mark.parametrize("n", (2, 3, 4, 5, 6, 100, 101))
    def test_without_errors_all_outcomes_are_zero_and_the_state_is_on_the_source(self, n):
        """As flows: X to X, Z to Z, and each record alone is +1."""
        recovery = error_correcting_recovery(EncryptedCloning(n))
        circuit = from_zeros(encryption_circuit(EncryptedCloning(n)) + recovery.circuit, 0)
        records = range(2 * n) if n < 100 else (0, 1, n, 2 * n - 1)
        flows = [flow({0: letter}, {0: letter}) for letter in "XZ"] + [flow({}, {}, [record]) for record in records]
        assert circuit.has_all_flows(flows)

    @pytest.mark.parametrize("n", (2, 3, 4, 5, 16, 101))
    def test_gates(self, n):
        """3n two-qubit gates for odd n, 3n + 1 for even n, in logarithmic depth."""
        metrics = circuit_metrics(error_correcting_recovery(EncryptedCloning(n)).circuit)
        assert metrics.two_qubit_gates == 3 * n + (n % 2 == 0)
        assert metrics.two_qubit_layers <= 4 + np.ceil(np.log2(n))
        assert metrics.measurements == 2 * n


class TestVote:
    @pytest.mark.parametrize("n", (3, 4, 5, 6))
    def test_errors_on_the_pairs_are_corrected_and_those_on_the_source_are_not(self, n):
        recovery = error_correcting_recovery(EncryptedCloning(n), method="vote")
        for errors in single_errors(n):
            outcomes, due = recover(recovery, errors)
            right = 0 not in errors
            assert (decoded(recovery.majority(outcomes)) == due) == right
            assert (decoded(recovery.decode(outcomes)) == due) == right

    def test_one_layer(self):
        metrics = circuit_metrics(error_correcting_recovery(EncryptedCloning(7), method="vote").circuit)
        assert (metrics.two_qubit_gates, metrics.two_qubit_layers) == (7, 1)

    def test_votes_are_equal_and_random_without_errors(self):
        """All four values of mu, each on every pair, and psi on A behind sigma_mu."""
        n, psi = 3, random_state(1, 5)
        recovery = error_correcting_recovery(EncryptedCloning(n), method="vote")
        seen = set()
        for branch in branches(DenseState(encrypted_state(psi, n)), recovery.circuit):
            record = np.array(branch.record)
            assert branch.weight == pytest.approx(1 / 4)
            assert len(set(record[:n])) == len(set(record[n:])) == 1
            state = branch.state
            for due, letter in zip(recovery.majority(record), "XZ", strict=True):
                if due:
                    state = state.apply_pauli(stim.PauliString({recovery.output: letter}))
            assert np.allclose(state.reduced_density_matrix([0]), np.outer(psi, psi.conj()), atol=1e-12)
            seen.add(branch.record)
        assert len(seen) == 4

    def test_ties_go_to_the_first_pair(self):
        recovery = error_correcting_recovery(EncryptedCloning(2), method="vote")
        x, z = recovery.majority(np.array([[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]], dtype=bool))
        assert x.tolist() == [True, False, True]
        assert z.tolist() == [False, True, False]


def random_errors(n: int, seed: int) -> StorageErrors:
    return StorageErrors(np.random.default_rng(seed).dirichlet((6, 1, 1, 1), size=2 * n + 1)[:, 1:])


def enumerated(recovery: ErrorCorrectingRecovery, errors: StorageErrors) -> dict[tuple[bool, ...], np.ndarray]:
    """Probability of each outcome string and Pauli due, summed over all 4^(2n+1) errors, each run through stim.

    Votes are random as a whole: they are counted relative to those of a run without errors.
    """
    n = recovery.num_clones
    out: dict[tuple[bool, ...], np.ndarray] = {}
    chances = np.column_stack([1 - errors.rates.sum(axis=1), errors.rates])
    effects = {(q, k): recover(recovery, {q: "XYZ"[k - 1]}) for q in range(2 * n + 1) for k in (1, 2, 3)}
    clean, clean_due = recover(recovery, {})
    for letters in product(range(4), repeat=2 * n + 1):
        outcomes, due = clean.copy(), clean_due
        for q, k in enumerate(letters):
            if k:  # the effects of Paulis add up modulo 2
                outcomes ^= effects[q, k][0] ^ clean
                due ^= effects[q, k][1] ^ clean_due
        entry = out.setdefault(tuple(outcomes.tolist()), np.zeros(4))
        entry[due] += np.prod(chances[np.arange(2 * n + 1), letters])
    return out


class TestLikelihood:
    @pytest.mark.parametrize("seed", (0, 1, 2))
    def test_syndrome_is_exact_maximum_likelihood(self, seed):
        """n = 2: the joint distribution of syndrome and Pauli due, over all 1024 errors, rates all different."""
        recovery, errors = error_correcting_recovery(EncryptedCloning(2)), random_errors(2, seed)
        exact = enumerated(recovery, errors)
        assert len(exact) == 16
        for outcomes, joint in exact.items():
            assert decoded(recovery.decode(np.array(outcomes), errors)) == np.argmax(joint)
        assert recovery.fidelity(errors) == pytest.approx(sum(joint.max() for joint in exact.values()), abs=1e-12)

    def test_syndrome_for_odd_n(self):
        """n = 3, all 16384 errors."""
        recovery, errors = error_correcting_recovery(EncryptedCloning(3)), random_errors(3, 7)
        exact = enumerated(recovery, errors)
        assert len(exact) == 64
        best = sum(joint.max() for joint in exact.values())
        assert recovery.fidelity(errors) == pytest.approx(best, abs=1e-12)

    @pytest.mark.parametrize("n", (2, 3))
    def test_votes_are_exact_maximum_likelihood(self, n):
        """A run's common mu is a fair two bits: what is due, given all votes, does not depend on it."""
        recovery, errors = error_correcting_recovery(EncryptedCloning(n), method="vote"), random_errors(n, 3)
        exact = enumerated(recovery, errors)
        # Adding one mu to every vote and to what is due: four equally likely versions of each row.
        spread: dict[tuple[bool, ...], np.ndarray] = {}
        for outcomes, joint in exact.items():
            for mu in range(4):
                flips = np.repeat([mu % 2 == 1, mu // 2 == 1], n)
                entry = spread.setdefault(tuple((np.array(outcomes) ^ flips).tolist()), np.zeros(4))
                entry += joint[np.arange(4) ^ mu] / 4
        assert sum(joint.sum() for joint in spread.values()) == pytest.approx(1)
        best = sum(joint.max() for joint in spread.values())
        assert recovery.fidelity(errors) == pytest.approx(best, abs=1e-12)
        voted = sum(joint[decoded(recovery.majority(np.array(outcomes)))] for outcomes, joint in spread.items())
        assert recovery.fidelity(errors, majority=True) == pytest.approx(voted, abs=1e-12)

    def test_two_votes_are_no_better_than_one_clone(self):
        """n = 2 under depolarizing storage: (1 + 3 lam^3) / 4, as for a single clone with its key."""
        vote = error_correcting_recovery(EncryptedCloning(2), method="vote")
        for strength in (0.01, 0.1):
            lam = 1 - 4 * strength / 3
            expected = (1 + 3 * lam**3) / 4
            assert vote.fidelity(StorageErrors.depolarizing(2, strength)) == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize("n", (2, 3, 4, 5, 6))
    def test_the_code_beats_a_bare_qubit_and_the_vote_does_not(self, n):
        strength = 0.01
        errors = StorageErrors.depolarizing(n, strength)
        vote = error_correcting_recovery(EncryptedCloning(n), method="vote")
        syndrome = error_correcting_recovery(EncryptedCloning(n)).fidelity(errors)
        assert syndrome > 1 - strength > vote.fidelity(errors) >= vote.fidelity(errors, majority=True) - 1e-12

    def test_heterogeneous_rates_are_used(self):
        """Two pairs that may be wrong outvote one that cannot be, but are not more likely."""
        rates = np.zeros((7, 3))
        rates[[1, 2]] = 0.2
        vote = error_correcting_recovery(EncryptedCloning(3), method="vote")
        outcomes = np.array([True, True, False, False, False, False])
        assert decoded(vote.majority(outcomes)) == 1
        assert decoded(vote.decode(outcomes, StorageErrors(rates))) == 0

    @pytest.mark.parametrize("witness", range(2, 18))
    def test_one_reliable_pair_is_enough(self, witness):
        """All pairs but two are noise; the first is wrong now and then, and one other, however far away, tells."""
        n = 17
        rates = np.full((2 * n + 1, 3), 1 / 4)
        rates[[0, witness, n + witness]] = 0
        rates[[1, n + 1]] = (0.01, 0, 0)
        recovery = error_correcting_recovery(EncryptedCloning(n))
        noisy = 16 if witness == 17 else 17
        for errors in ({}, {n + 1: "X"}, {noisy: "Y"}, {n + 1: "X", noisy: "Y"}):
            outcomes, due = recover(recovery, errors)
            assert decoded(recovery.decode(outcomes, StorageErrors(rates))) == due

    def test_impossible_outcomes_are_decoded_somehow(self):
        recovery = error_correcting_recovery(EncryptedCloning(3))
        none = StorageErrors(np.zeros((7, 3)))
        assert decoded(recovery.decode(np.ones(6, dtype=bool), none)) == 0
        assert recovery.fidelity(none) == pytest.approx(1)

    def test_many_shots_and_many_clones(self, rng):
        n, shots = 500, 40
        recovery = error_correcting_recovery(EncryptedCloning(n))
        x, z = recovery.decode(rng.random((shots, 2 * n)) < 0.01, StorageErrors.depolarizing(n, 0.01))
        assert x.shape == z.shape == (shots,)
        assert error_correcting_recovery(EncryptedCloning(10**5)).circuit.num_measurements == 2 * 10**5


class TestRefusals:
    def test_arguments(self):
        with pytest.raises(UsageError, match="vote, syndrome"):
            error_correcting_recovery(EncryptedCloning(3), method="hope")
        with pytest.raises(UsageError, match="canonical scheme"):
            error_correcting_recovery(IteratedCloning(2, 1))
        recovery = error_correcting_recovery(EncryptedCloning(3))
        with pytest.raises(UsageError, match="vote"):
            recovery.majority(np.zeros(6, dtype=bool))
        with pytest.raises(UsageError, match="shape"):
            recovery.decode(np.zeros(5, dtype=bool))
        with pytest.raises(UsageError, match="errors"):
            recovery.decode(np.zeros(6, dtype=bool), StorageErrors.depolarizing(4, 0.1))
        with pytest.raises(LimitError, match="at most 9"):
            error_correcting_recovery(EncryptedCloning(10)).fidelity(StorageErrors.depolarizing(10, 0.1))

    @pytest.mark.parametrize(
        "rates",
        [
            np.zeros((6, 3)),
            np.zeros((3, 3)),
            np.zeros((5, 4)),
            np.zeros(5),
            np.full((5, 3), 0.4),
            np.full((5, 3), -0.1),
            np.full((5, 3), np.nan),
        ],
    )
    def test_rates(self, rates):
        with pytest.raises(UsageError, match="rates"):
            StorageErrors(rates)
