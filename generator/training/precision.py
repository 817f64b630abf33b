"""bf16 where the machine multiplies it faster than fp32."""

from __future__ import annotations

import torch


def autocast(device: torch.device) -> torch.autocast:
    """The context a forward pass in training runs in: bf16 on a GPU and on a CPU that has AMX tiles, else
    fp32.

    On a CPU with AVX-512 alone bf16 is emulated, and was measured slower than fp32.
    """
    faster = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=faster)
