"""What there is to say of the scheme, as plain JSON documents: one place for the command line and the web.

access      what a set of qubits reveals; the smallest additions that would recover the state
channel     the exact noise channel of encrypt, store, decrypt; both decoders side by side
circuit     circuits with their sizes, as text, drawing and lists of gates
story       prepare, encrypt, lose, decrypt, with the exact Bloch vector of every qubit after each step
bloch       those vectors, for any number of qubits
placement   encrypted cloning compiled for a processor, with a drawing of where everything sits
devices     the calibrations that come with Qloak
published   what was measured, beside predictions that are kept as data
devices     calibrations that ship
chart       small charts for pages; row_chart of experiments' rows
drawing     drawings that a page with a strict content security policy may hold
limits      greatest sizes

Nothing here has a state of its own: the same question has the same answer. Names are imported from the modules, as
each of them needs other layers.
"""

__all__: list[str] = []
