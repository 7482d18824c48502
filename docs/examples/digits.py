"""A small network of binary activations on scikit-learn's digits: accuracy against sparsity, by penalty and λ."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from numerics.torch import RVSCGD, straight_through

HIDDEN, EPOCHS, BATCH, BETA = 128, 15, 32, 0.5


def digits() -> tuple[torch.Tensor, ...]:
    """Pixels of the training and the test half, each with mean 0 and variance 1 as in the theory, and the labels."""
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(pixels, labels, test_size=0.5, random_state=0, stratify=labels)
    train, test = (torch.tensor(part, dtype=torch.float32) for part in parts[:2])
    mean, spread = train.mean(0), train.std(0) + 1e-6
    return (train - mean) / spread, (test - mean) / spread, *(torch.tensor(part) for part in parts[2:])


def accuracy(penalty: str, lam: float) -> tuple[float, float]:
    """Train; then the share of the test half that the sparse network reads rightly, and that of its weights not 0."""
    torch.manual_seed(0)
    x, x_test, y, y_test = digits()
    hidden, out = nn.Linear(x.shape[1], HIDDEN, bias=False), nn.Linear(HIDDEN, 10)
    network = nn.Sequential(hidden, straight_through("triangular"), out)
    groups = [{"params": hidden.parameters()}, {"params": out.parameters(), "lam": 0.0, "sphere": False}]
    optimizer = RVSCGD(groups, lr=0.3, beta=BETA, lam=lam, penalty=penalty)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()
        scheduler.step()
    with optimizer.sparse(), torch.no_grad():
        right = (network(x_test).argmax(1) == y_test).float().mean()
        return float(right), float((hidden.weight != 0).float().mean())


if __name__ == "__main__":
    torch.set_num_threads(1)  # the tensors are small
    print("penalty     λ    weights kept   accuracy of the sparse network")
    for penalty, lams in (("l1", (0.0, 0.005, 0.01, 0.02)), ("l0", (0.002, 0.006, 0.01))):
        for lam in lams:
            right, kept = accuracy(penalty, lam)
            print(f"{penalty:7} {lam:5.3f} {kept:12.1%} {right:12.1%}")
