"""What goes wrong: noise models, device calibrations, and noise from waiting.

channel    independent Pauli channels on many places
rules      which operation has which noise
model      rules composed into a model
presets    models with known sources
strength   from published errors to Pauli probabilities
device     qubits, couplers and their calibration
library    the calibrations that come with Qloak
extract    calibrations from Qiskit backends
idle       waiting as a Pauli channel
timing     durations of operations
schedule   when operations run and how long qubits wait
readout    where directional readout errors act as symmetric ones
"""

from .channel import PauliNoise
from .device import Device
from .extract import device_from_backend
from .idle import idle_pauli
from .library import available_devices, load_device
from .model import NoiseModel
from .presets import ion_trap, noiseless, superconducting, uniform_depolarizing
from .readout import records_are_uniform
from .rules import AfterGate, AfterOneQubit, AfterTwoQubit, BeforeMeasurement, Idle, OnReadout, OnReset, Rule
from .schedule import schedule, with_idle_noise
from .strength import pauli_strength, symmetric_flip
from .tables import CouplerTable
from .timing import Timing

__all__ = [
    "AfterGate",
    "AfterOneQubit",
    "AfterTwoQubit",
    "BeforeMeasurement",
    "CouplerTable",
    "Device",
    "Idle",
    "NoiseModel",
    "OnReadout",
    "OnReset",
    "PauliNoise",
    "Rule",
    "Timing",
    "available_devices",
    "device_from_backend",
    "idle_pauli",
    "ion_trap",
    "load_device",
    "noiseless",
    "pauli_strength",
    "records_are_uniform",
    "schedule",
    "superconducting",
    "symmetric_flip",
    "uniform_depolarizing",
    "with_idle_noise",
]
