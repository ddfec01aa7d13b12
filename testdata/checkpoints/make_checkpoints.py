"""Writes the small checkpoints beside this script, which the reader's tests expect.

Needs PyTorch and NumPy: python make_checkpoints.py
"""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent


def save(name, value, **options):
    torch.save(value, HERE / name, **options)


def dtypes():
    """Every element type that is read, with its extremes, and tensors without dimensions."""
    state = {
        "float16": torch.tensor([1.5, -0.0, 65504.0, 6e-8], dtype=torch.float16),
        "bfloat16": torch.tensor([1.5, -2.0, 3.0e38], dtype=torch.bfloat16),
        "float32": torch.tensor([0.1, -1e-45, float("inf")], dtype=torch.float32),
        "float64": torch.tensor([0.1, 5e-324, float("nan")], dtype=torch.float64),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "int16": torch.tensor([-32768, 32767], dtype=torch.int16),
        "int32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "int64": torch.tensor([-(2**53), 2**53], dtype=torch.int64),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "uint16": torch.tensor([0, 65535], dtype=torch.uint16),
        "uint32": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
        "uint64": torch.tensor([1, 2**63], dtype=torch.uint64),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
        "counter": torch.tensor(7),
    }
    return state


def views():
    """Tensors that share a storage or do not lie in row-major order."""
    base = torch.arange(24.0).reshape(2, 3, 4)
    return {
        "base": base,
        "transposed": base.permute(2, 0, 1),
        "strided": base[:, ::2, 1::2],
        "row": base[1, 2],
        "element": base[1, 1, 3],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "empty": torch.zeros(0, 5),
        "channels_last": torch.arange(16.0).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
    }


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))


def training():
    """What a training script saves: weights, two optimizers with state, a schedule, scalars."""
    model = network()
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    adam = torch.optim.Adam(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.MultiStepLR(sgd, milestones=[80, 120])
    model(torch.ones(4, 3)).square().sum().backward()
    sgd.step()
    adam.step()
    return {
        "epoch": 3,
        "arch": "mlp",
        "best_acc": np.float64(91.25),
        "best_loss": 0.5,
        "resumed": False,
        "optimizer": sgd.state_dict(),
        "optimizer_adam": adam.state_dict(),
        "scheduler": schedule.state_dict(),
        "losses": [3.0, 2.0, 1.0],
        "history": np.arange(3.0),
        "seen": {1, 2},
        "tag": b"raw",
        "device": torch.device("cuda", 1),
        "dtype": torch.float32,
        "shape": torch.Size([3, 2]),
        "rng": torch.get_rng_state()[:16],
        "model_state_dict": model.state_dict(),
    }


def parameters():
    """Parameters rather than tensors, one with an attribute of its own."""
    plain = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    marked = torch.nn.Parameter(torch.tensor([3.0]))
    marked.decay = False
    attributed = torch.tensor([4.0])
    attributed.note = "kept"
    return OrderedDict(plain=plain, marked=marked, attributed=attributed)


def arrays():
    """What NumPy's npz files hold: names that are paths, either byte and memory order."""
    return {
        "conv/kernel:0": np.arange(6, dtype=np.float32).reshape(2, 3),
        "counter": np.int64(7),
        "größe": np.array([True, False]),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.array([1.5, -2.0], dtype=">f4"),
        "empty": np.zeros((0, 5), dtype=np.int16),
        "zeros": np.zeros(4096, dtype=np.float16),
    }


def main():
    save("dtypes.pt", dtypes())
    save("views.pt", views())
    save("training.pt", training())
    save("parameters.pt", parameters())
    for protocol in (4, 5):
        save(f"protocol{protocol}.pt", training(), pickle_protocol=protocol)
    legacy = {"_use_new_zipfile_serialization": False}
    save("legacy.pt", views(), **legacy)
    save("legacy-dtypes.pt", dtypes(), **legacy)
    save("legacy-protocol1.pt", {"w": torch.tensor([1.0, 2.0])}, pickle_protocol=1, **legacy)
    save("legacy-protocol4.pt", training(), pickle_protocol=4, **legacy)
    np.savez(HERE / "arrays.npz", **arrays())
    np.savez_compressed(HERE / "arrays-compressed.npz", **arrays())

    # Refused.
    save("module.pt", network())
    save("complex.pt", {"z": torch.tensor([1j])})
    save("float8.pt", {"q": torch.tensor([1.0]).to(torch.float8_e4m3fn)})
    save("sparse.pt", {"s": torch.eye(2).to_sparse()})
    save("quantized.pt", {"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})
    save("numbers.pt", {"a": 1, "b": [2.0]})


if __name__ == "__main__":
    main()
