"""The recipe that the field knows by heart, as the plain baseline: names of notes and chords in, the next one
out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

WINDOW = 100
"""Elements that the network sees before it says the next."""


class BaselineRNN(nn.Module):
    """Three LSTM layers over element numbers divided by the vocabulary's size, then two dense layers.

    As in the public write-ups of music generation with Keras (after Skúli, 2017), but it says the next
    element at
    every place of a window and not at its last alone: the same network for a hundredth of the work.
    """

    def __init__(self, vocabulary: list[str], width: int = 256) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.lstm = nn.LSTM(1, width, 3, batch_first=True, dropout=0.3)
        self.dense = nn.Sequential(
            nn.Linear(width, 256), nn.ReLU(), nn.Dropout(0.3), nn.Linear(256, len(vocabulary))
        )

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (B, T) int64. Returns (B, T, n) logits of the element after each."""
        x = ids.float().unsqueeze(-1) / len(self.vocabulary)
        return self.dense(self.lstm(x)[0])


def save(path: Path, network: BaselineRNN, card: dict[str, Any]) -> None:
    """Write the weights and the vocabulary. card: facts of the training."""
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in network.state_dict().items()}
    about = {"vocabulary": network.vocabulary, "width": network.lstm.hidden_size, "card": card}
    save_file(tensors, path, {name: json.dumps(value) for name, value in about.items()})


def load(path: Path) -> tuple[BaselineRNN, dict[str, Any]]:
    """The network that `save` wrote, and its card. Raises FileNotFoundError when it is not there."""
    if not path.exists():
        raise FileNotFoundError(
            f"there are no weights at {path}; python -m generator.training.baseline makes them"
        )
    with safe_open(path, "pt") as file:
        about = {name: json.loads(value) for name, value in file.metadata().items()}
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    network = BaselineRNN(about["vocabulary"], about["width"])
    network.load_state_dict(tensors)
    return network.eval(), about["card"]


@torch.inference_mode()
def continue_elements(network: BaselineRNN, seed: int, n_elements: int) -> list[str]:
    """Names of n_elements notes and chords, drawn one by one; every one looks at the last WINDOW afresh."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(len(network.vocabulary), (1, 1), generator=generator)
    for _ in range(n_elements - 1):
        logits = network(ids[:, -WINDOW:])[0, -1]
        ids = torch.cat([ids, torch.multinomial(logits.softmax(-1), 1, generator=generator).view(1, 1)], 1)
    return [network.vocabulary[int(i)] for i in ids[0]]
