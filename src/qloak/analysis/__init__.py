"""What circuits and states amount to: figures of merit, exact where they can be.

    chsh    the CHSH value from correlations
"""

from .chsh import chsh_value

__all__ = ["chsh_value"]
