"""MuseGAN's published generator (the experiments' default) layer for layer in PyTorch, with random weights.

Four bars of 48 steps, 84 pitches and 5 tracks: channels 512, 256 and 128 for all tracks together, then for
each track 32 and 16, pitches before time and time before pitches.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

N_TRACKS, LATENT = 5, 128
Size = tuple[int, int, int]


class Up(nn.Sequential):
    """A transposed convolution over (bar, step, pitch), batch norm and, but for the last layer, ReLU."""

    def __init__(self, n_in: int, n_out: int, kernel: Size, stride: Size | None = None) -> None:
        last = [] if n_out == 1 else [nn.ReLU()]
        super().__init__(
            nn.ConvTranspose3d(n_in, n_out, kernel, stride or kernel), nn.BatchNorm3d(n_out), *last
        )


class Track(nn.Module):
    """One track: both orders of time and pitch, joined."""

    def __init__(self) -> None:
        super().__init__()
        self.pitch_time = nn.Sequential(Up(128, 32, (1, 1, 12)), Up(32, 16, (1, 3, 1)))
        self.time_pitch = nn.Sequential(Up(128, 32, (1, 3, 1)), Up(32, 16, (1, 1, 12)))
        self.out = Up(32, 1, (1, 1, 1))

    def forward(self, h: Tensor) -> Tensor:
        out: Tensor = self.out(torch.cat([self.pitch_time(h), self.time_pitch(h)], 1))
        return out


class PublishedGenerator(nn.Module):
    """z: (B, 128). Returns (B, 5, 4, 48, 84) in -1 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Sequential(
            Up(LATENT, 512, (4, 1, 1)), Up(512, 256, (1, 4, 3)), Up(256, 128, (1, 4, 3), (1, 4, 2))
        )
        self.tracks = nn.ModuleList(Track() for _ in range(N_TRACKS))

    def forward(self, z: Tensor) -> Tensor:
        h = self.shared(z.view(-1, LATENT, 1, 1, 1))
        return torch.tanh(torch.cat([track(h) for track in self.tracks], 1))
