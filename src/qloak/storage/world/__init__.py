"""Nature, emulated: who holds which qubit, and what happens to it. The only place with quantum states.

operations   what holders can ask for
protocol     the world as vaults and providers see it
nature       `EmulatedWorld`, the world as tables of one database
encrypted    what holders do to encrypted registers
plain        what they do to plain ones
noise        what waiting and travelling do
places       who can hold qubits, and which sites are ruined
session      one transaction; `rows`, `joint` and `log` are the parts of it, `deeds` what it notes
codec        bytes and JSON; `schema` the tables
history      a register's life from the log, and its state rebuilt from it
export       that life as one circuit, with `preparation` for a given input
"""

from .codec import decode_operation, decode_register, encode_operation, encode_register
from .nature import EmulatedWorld
from .protocol import Custodian, HolderInfo, World

__all__ = [
    "Custodian",
    "EmulatedWorld",
    "HolderInfo",
    "World",
    "decode_operation",
    "decode_register",
    "encode_operation",
    "encode_register",
]
