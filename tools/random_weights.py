"""Random networks whose answers depend on the picture.

A freshly initialised network gives nearly the same answer for every picture (untouched batch
normalisations, heads that start at zero), so comparing its answers proves nothing. Here the batch
normalisations see one batch of data, and the last layer is centred and scaled until logits spread as in a
trained network. Equal seeds give equal networks. Nothing is trained: the labels mean nothing.
"""

import torch
from torch import nn

# Standard deviation of the logits over pictures: top probabilities of a few tens of per cent.
SPREAD = 2.5


def pictures(count: int, shape: tuple[int, int, int], seed: int) -> torch.Tensor:
    """Normalised picture-like noise of (channels, height, width): blotches, edges and grain."""
    random = torch.Generator().manual_seed(seed)
    channels, *side = shape
    layers = [nn.functional.interpolate(
                  torch.randn(count, channels, cells, cells, generator=random),
                  size=side, mode="bilinear")
              for cells in (3, 9, 40)]
    grain = 0.2 * torch.randn(count, *shape, generator=random)
    return layers[0] + 0.6 * layers[1] + 0.3 * layers[2] + grain


def calibrate(
    network: nn.Module, shape: tuple[int, int, int], spread: float = SPREAD
) -> None:
    """Makes a random network's logits spread by `spread`; `shape` is that of one input."""
    batch = pictures(16, shape, seed=2)
    with torch.no_grad():
        calibrate_norms(network, batch)
        calibrate_head(network, batch, spread)


def calibrate_norms(network: nn.Module, batch: torch.Tensor) -> None:
    """Sets the running statistics of all batch normalisations to those of `batch`."""
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm2d)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        # None: the average of all batches seen, so one batch decides.
        norm.momentum = None
        norm.reset_running_stats()
    # Only they train: dropout and stochastic depth would give them data that evaluation never sees.
    network.eval()
    for norm in norms:
        norm.train()
    network(batch)
    network.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def calibrate_head(network: nn.Module, batch: torch.Tensor, spread: float) -> None:
    """Centres and scales the last layer so that logits spread by `spread` around zero."""
    network.eval()
    head = [part for part in network.modules() if isinstance(part, (nn.Linear, nn.Conv2d))
            and "aux" not in name_of(network, part)][-1]
    if not head.weight.any():
        nn.init.normal_(head.weight, std=0.02)
    logits = network(batch)
    if isinstance(head, nn.Linear) and head.bias is not None:
        head.bias -= logits.mean(0)
        logits = logits - logits.mean(0)
    factor = spread / logits.std().clamp(min=1e-12)
    head.weight *= factor
    if head.bias is not None:
        head.bias *= factor


def name_of(network: nn.Module, wanted: nn.Module) -> str:
    """The dotted name of a part: training heads beside the real one are called `aux`."""
    return next(name for name, part in network.named_modules() if part is wanted).lower()
