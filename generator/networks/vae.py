"""MusicVAE: bars of tokens ⇄ one latent vector.

After Roberts, Engel, Raffel, Hawthorne, Eck, "A Hierarchical Latent Vector Model for Learning Long-Term
Structure in Music" (ICML 2018): a bidirectional recurrent encoder (section 3.1), a conductor that unrolls the
latent into one embedding a bar, and a decoder that writes each bar from its embedding alone (section 3.2);
free bits and an annealed weight of the divergence (section 2.1.1). Ours reads in two levels too, first within
bars and then across them, and every step of a bar has its own linear view of the bar's embedding. So no part
of the music has to travel through hundreds of recurrent steps, and all bars of a piece are written at once.

Axes: B batch, M tracks, N bars, T steps a bar, Z latent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.music.grid import DRUM_CLASSES, HOLD, N_DRUMS, N_MELODY

N_TOKENS = {"melody": N_MELODY, "drums": N_DRUMS}


@dataclass(frozen=True)
class VAEConfig:
    """Sizes of a MusicVAE.

    tracks: the kind of each, "melody" (a bass is one too) or "drums"; tracks of one kind share the networks
    that read and write a bar. token, view: width of a token's embedding, and of what a step sees of its bar.
    reader, writer, across, conductor: widths of the recurrent layers, which read a bar, write it, read
    the row of bars and write that. bar: width of a bar's embedding. code: numbers
    a bar that lie between it and the latent. flat: decode in one row of n_bars * n_steps without a conductor,
    the paper's baseline.
    """

    tracks: tuple[str, ...]
    n_bars: int
    n_steps: int = 16
    latent: int = 256
    token: int = 64
    view: int = 48
    reader: int = 192
    writer: int = 320
    across: int = 96
    conductor: int = 192
    bar: int = 256
    code: int = 64
    flat: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of tracks that there are, each once."""
        return tuple(dict.fromkeys(self.tracks))


def token_features(kind: str) -> Tensor:
    """What tokens have in common, known beforehand: (n_tokens, n_features) of 0 and 1.

    Drums: which of the nine classes sound. Melody: pitch class, octave, and which of the two are no pitch.
    """
    ids = torch.arange(N_TOKENS[kind])
    if kind == "drums":
        return ((ids[:, None] >> torch.arange(len(DRUM_CLASSES))) & 1).float()
    pitched = ids < N_MELODY - 2
    features = torch.zeros(N_MELODY, 12 + 11 + 2)
    features[ids[pitched], ids[pitched] % 12] = 1
    features[ids[pitched], 12 + ids[pitched] // 12] = 1
    features[ids[~pitched], 23 + ids[~pitched] - pitched.sum()] = 1
    return features


class Tokens(nn.Module):
    """Tokens of one kind in and out: a table of all of them, plus what they have in common.

    With 512 combinations of drums most are rare: their parts are not.
    """

    features: Tensor

    def __init__(self, kind: str, width: int, out: int) -> None:
        super().__init__()
        self.register_buffer("features", token_features(kind), persistent=False)
        n_tokens, n_features = self.features.shape
        self.table = nn.Embedding(n_tokens, width)
        self.parts = nn.Linear(n_features, width, bias=False)
        self.logit = nn.Linear(out, n_tokens)
        self.part_logit = nn.Linear(out, n_features, bias=False)
        nn.init.normal_(self.table.weight, std=0.1)
        nn.init.normal_(self.parts.weight, std=0.2)

    def embeddings(self) -> Tensor:
        """All tokens' embeddings, (n_tokens, width)."""
        return self.table.weight + self.parts(self.features)

    def logits(self, h: Tensor) -> Tensor:
        """h: (…, out). Returns (…, n_tokens)."""
        return cast(Tensor, self.logit(h) + self.part_logit(h) @ self.features.T)


class BarReader(nn.Module):
    """One bar of tokens → its embedding, by a bidirectional LSTM. x: (R, T, token). Returns (R, bar)."""

    def __init__(self, c: VAEConfig) -> None:
        super().__init__()
        self.recur = nn.LSTM(c.token, c.reader, batch_first=True, bidirectional=True)
        self.narrow = nn.Linear(2 * c.reader, 32)
        self.out = nn.Linear(32 * c.n_steps + 2 * c.reader, c.bar)

    def forward(self, x: Tensor) -> Tensor:
        steps, (last, _) = self.recur(x)  # (R, T, 2 reader), (2, R, reader)
        flat = F.silu(self.narrow(steps)).flatten(1)  # (R, 32 T)
        return F.silu(self.out(torch.cat([flat, last[0], last[1]], 1)))


class Encoder(nn.Module):
    """Bars' embeddings → mean and log variance of the latent. x: (B, N, M * bar). Returns two (B, Z)."""

    def __init__(self, c: VAEConfig) -> None:
        super().__init__()
        self.across = nn.LSTM(len(c.tracks) * c.bar, c.across, batch_first=True, bidirectional=True)
        self.code = nn.Linear(2 * c.across + len(c.tracks) * c.bar, c.code)
        self.mean = nn.Linear(c.n_bars * c.code, c.latent)
        self.log_variance = nn.Linear(c.n_bars * c.code, c.latent)
        # Begin nearly without noise: a latent that says nothing at first is learnt to be passed over.
        nn.init.zeros_(self.log_variance.weight)
        nn.init.constant_(self.log_variance.bias, -3.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        code = self.code(torch.cat([self.across(x)[0], x], -1)).flatten(1)  # (B, N code)
        return self.mean(code), self.log_variance(code).clamp(-12, 4)


class Conductor(nn.Module):
    """The latent → one embedding for each bar of each track (section 3.2).

    z: (B, Z). Returns (B, N, M, bar).
    """

    def __init__(self, c: VAEConfig) -> None:
        super().__init__()
        self.c = c
        self.view = nn.Linear(c.latent, c.n_bars * c.code)
        self.start = nn.Linear(c.latent, 2 * c.conductor)
        self.recur = nn.LSTM(c.code, c.conductor, batch_first=True)
        self.out = nn.Linear(c.conductor + c.code, len(c.tracks) * c.bar)

    def forward(self, z: Tensor) -> Tensor:
        c = self.c
        views = self.view(z).unflatten(1, (c.n_bars, c.code))  # (B, N, code)
        h, cell = torch.tanh(self.start(z)).unsqueeze(0).chunk(2, -1)
        bars = self.recur(views, (h.contiguous(), cell.contiguous()))[0]  # (B, N, conductor)
        out = self.out(torch.cat([bars, views], -1))
        return F.silu(out).unflatten(-1, (len(c.tracks), c.bar))


class Writer(nn.Module):
    """An embedding → tokens, one step after another, each given the tokens before it.

    It serves for a bar (n_steps of it), and for the flat decoder where the embedding is the latent itself.
    """

    def __init__(self, kind: str, c: VAEConfig, *, n_in: int, n_steps: int) -> None:
        super().__init__()
        self.n_steps, self.view_width = n_steps, c.view
        self.tokens = Tokens(kind, c.token, c.writer)
        # The flat decoder shows every step the same: the latent.
        self.view = nn.Linear(n_in, c.view if c.flat else n_steps * c.view)
        self.start = nn.Linear(n_in, 2 * c.writer)
        self.recur = nn.LSTM(c.token + c.view, c.writer, batch_first=True)
        self.skip = nn.Linear(c.view, c.writer)

    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """As a step multiplies by them: the state's (4 writer, writer) and the view's (4 writer, view), what
        each token adds to the gates (n_tokens, 4 writer), and the logits' (n_tokens, writer).
        """
        w_in, w_h = self.recur.all_weights[0][:2]
        of_token, of_view = w_in.split([w_in.shape[1] - self.view_width, self.view_width], 1)
        tokens = self.tokens
        logits = tokens.logit.weight + tokens.features @ tokens.part_logit.weight
        return w_h, of_view, F.linear(tokens.embeddings(), of_token), logits

    def bias(self) -> Tensor:
        """What is added to the gates at every step, (4 writer,)."""
        b_in, b_h = self.recur.all_weights[0][2:]
        return b_in + b_h

    def begin(self, bar: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """bar: (R, n_in). Returns the steps' views (R, T, view), and h and c at the start, (R, writer)."""
        views = self.view(bar).unflatten(1, (-1, self.view_width)).expand(-1, self.n_steps, -1)
        h, cell = torch.tanh(self.start(bar)).chunk(2, -1)
        return views, h, cell

    def forward(self, bar: Tensor, before: Tensor) -> Tensor:
        """before: (R, T, token), what each step is shown of the token before it. Returns logits (R, T, n)."""
        views, h, cell = self.begin(bar)
        start = (h.unsqueeze(0).contiguous(), cell.unsqueeze(0).contiguous())
        steps = self.recur(torch.cat([before, views], -1), start)[0]
        return self.tokens.logits(F.silu(steps + self.skip(views)))

    def write(
        self,
        bar: Tensor,
        temperature: float,
        generator: torch.Generator | None,
        leaning: Tensor | None = None,
    ) -> Tensor:
        """Draw the tokens one after another. temperature 0 takes the likeliest. Returns (R, T) int64.

        leaning: (R, n_tokens), added to the logits of every step.

        Plain matrix products: nn.LSTM called for single steps is several times slower.
        """
        views, h, c = self.begin(bar)
        of_state, of_view, of_token, of_logits = self.weights()
        # What the views add is the same whatever is drawn.
        gates_of_view, skip = F.linear(views, of_view, self.bias()), self.skip(views)
        bias = self.tokens.logit.bias if leaning is None else self.tokens.logit.bias + leaning
        drawn = torch.empty(len(bar), self.n_steps, dtype=torch.int64, device=bar.device)
        for t in range(self.n_steps):
            gates = torch.addmm(gates_of_view[:, t], h, of_state.T)
            if t:
                gates += of_token[drawn[:, t - 1]]
            into, forget, new, out = gates.chunk(4, -1)
            c = forget.sigmoid() * c + into.sigmoid() * new.tanh()
            h = out.sigmoid() * c.tanh()
            scores = torch.addmm(bias, F.silu(h + skip[:, t]), of_logits.T)
            drawn[:, t] = draw(scores, temperature, generator)
        return drawn


def draw(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """One id a row of logits (R, n): the likeliest at temperature 0. Returns (R,) int64."""
    if temperature <= 0:
        return logits.argmax(-1)
    # Gumbel's trick: the largest of logits plus this noise is a draw from their softmax.
    noise = torch.empty_like(logits).exponential_(generator=generator).log_()
    return (logits / temperature - noise).argmax(-1)


class MusicVAE(nn.Module):
    """Encoder and decoder. Tokens are (B, M, N, T) int64 throughout."""

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        if config.flat and len(config.tracks) > 1:
            raise ValueError("the flat decoder writes one track")
        self.config = c = config
        flat = c.n_bars * c.n_steps
        self.writers = nn.ModuleDict(
            {
                kind: Writer(kind, c, n_in=c.latent, n_steps=flat)
                if c.flat
                else Writer(kind, c, n_in=c.bar, n_steps=c.n_steps)
                for kind in c.kinds
            }
        )
        self.readers = nn.ModuleDict({kind: BarReader(c) for kind in c.kinds})
        self.of_track = nn.Parameter(torch.zeros(len(c.tracks), c.token))
        self.encoder = Encoder(c)
        self.conductor = None if c.flat else Conductor(c)
        if self.conductor is not None and c.latent >= c.n_bars:
            self._give_bars_their_share(self.conductor)

    @torch.no_grad()
    def _give_bars_their_share(self, conductor: Conductor) -> None:
        """Begin with a latent in which each bar's code has its own numbers, and the conductor takes it back.

        Begun at random, a network first has to learn to tell the bars in the latent apart: the trio redraws
        more after 20,000 windows from here than it did after 48,000. What bars have in common it learns all
        the same.
        """
        c = self.config
        share = nn.init.orthogonal_(torch.empty(c.latent // c.n_bars, c.code))
        self.encoder.mean.weight.zero_()
        conductor.view.weight.zero_()
        for bar in range(c.n_bars):
            own, code = bar * len(share), bar * c.code
            # Thrice as loud, to be heard above the noise that latents begin with.
            self.encoder.mean.weight[own : own + len(share), code : code + c.code] = 3 * share
            conductor.view.weight[code : code + c.code, own : own + len(share)] = share.T

    def writer(self, kind: str) -> Writer:
        """What writes the tracks of a kind."""
        return cast(Writer, self.writers[kind])

    def tracks_of(self, kind: str) -> list[int]:
        """Which tracks are of a kind."""
        return [i for i, own in enumerate(self.config.tracks) if own == kind]

    def encode(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the latent, (B, Z) each."""
        c = self.config
        bars: list[Tensor | None] = [None] * len(c.tracks)
        for kind in c.kinds:
            tracks = self.tracks_of(kind)
            words = F.embedding(tokens[:, tracks], self.writer(kind).tokens.embeddings())
            words = words + self.of_track[tracks][:, None, None]
            read = self.readers[kind](words.flatten(0, 2)).unflatten(0, (-1, len(tracks), c.n_bars))
            for i, track in enumerate(tracks):
                bars[track] = read[:, i]
        across = torch.cat(cast(list[Tensor], bars), -1)  # (B, N, M bar)
        mean, log_variance = self.encoder(across)
        return mean, log_variance

    def rows(self, z: Tensor) -> dict[str, Tensor]:
        """By kind, what each row that is written is written from: (B * tracks * N, bar), or the latent."""
        c = self.config
        if self.conductor is None:
            return dict.fromkeys(c.kinds, z)
        bars = self.conductor(z)  # (B, N, M, bar)
        return {kind: bars[:, :, self.tracks_of(kind)].transpose(1, 2).flatten(0, 2) for kind in c.kinds}

    def logits(self, z: Tensor, seen: Tensor, hidden: Tensor) -> dict[str, Tensor]:
        """Logits of every token, given the latent and the tokens before it in its row.

        seen: (B, M, N, T) the tokens as the decoder is shown them. hidden: bool, those that it is not shown.
        Returns by kind (B, tracks, N, T, n_tokens).
        """
        c = self.config
        found = {}
        for kind, row in self.rows(z).items():
            tracks, writer = self.tracks_of(kind), self.writer(kind)
            steps = writer.n_steps
            words = F.embedding(seen[:, tracks], writer.tokens.embeddings())
            words = (words * ~hidden[:, tracks].unsqueeze(-1)).flatten(0, 3).unflatten(0, (-1, steps))
            before = F.pad(words, (0, 0, 1, 0))[:, :-1]
            logits = writer(row, before)
            found[kind] = logits.flatten(0, 1).unflatten(0, (-1, len(tracks), c.n_bars, c.n_steps))
        return found

    @torch.no_grad()
    def decode(
        self,
        z: Tensor,
        *,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
        leaning: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Tokens drawn freely from latents. z: (B, Z). Returns (B, M, N, T) int64.

        temperature: 1 draws as the network believes, 0 takes the likeliest of each step. leaning: by kind
        (B, n_tokens), added to the logits, such as a liking for the notes of a scale.
        """
        c = self.config
        tokens = torch.full((len(z), len(c.tracks), c.n_bars, c.n_steps), HOLD, device=z.device)
        for kind, row in self.rows(z).items():
            own = (leaning or {}).get(kind)
            if own is not None:
                own = own.repeat_interleave(len(row) // len(z), 0)
            drawn = self.writer(kind).write(row, temperature, generator, own)
            tokens[:, self.tracks_of(kind)] = drawn.flatten().view(len(z), -1, c.n_bars, c.n_steps)
        return tokens


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of N(mean, variance) from N(0, 1) in nats, dimension by dimension. Returns (B, Z)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def reparameterize(mean: Tensor, log_variance: Tensor) -> Tensor:
    """A draw from the encoder's belief through which gradients flow (Kingma & Welling, 2014)."""
    return mean + torch.randn_like(mean) * (0.5 * log_variance).exp()


def free_bits_loss(kl: Tensor, bits: float) -> Tensor:
    """What a row pays for its latent beyond `bits` that are free (section 2.1.1). kl: (B, Z).

    Returns (B,).
    """
    return F.relu(kl.sum(-1) - bits * math.log(2))


def annealed(beta: float, done: float) -> float:
    """The weight of the divergence (section 2.1.1), which rises over the first three tenths of a run.

    done: the share of the run that is over, 0 to 1.
    """
    return beta * min(1.0, done / 0.3)
