"""Records small networks and parameter files with MXNet 1.9.1 for Tests/InferenceTests/Fixtures/mxnet.

Needs Python 3.11 with mxnet==1.9.1, numpy==1.23.5 and setuptools<68. Usage: make_mxnet_fixtures.py FOLDER
"""

import pathlib
import sys

import mxnet as mx
import numpy as np
from mxnet.gluon import nn

OUT = pathlib.Path(sys.argv[1])


def statistics(net, rng):
    """Gives batch normalisations statistics that have an effect."""
    for name, parameter in net.collect_params().items():
        low, high = (0.5, 1.5) if name.endswith(("gamma", "running_var")) else (-0.3, 0.3)
        if name.endswith(("gamma", "beta", "running_mean", "running_var")):
            parameter.set_data(mx.nd.array(rng.uniform(low, high, parameter.shape)))


class Excite(nn.HybridBlock):
    """Squeeze and excitation, and a residual sum."""

    def __init__(self, channels):
        super().__init__()
        with self.name_scope():
            self.body = nn.HybridSequential()
            self.body.add(nn.Conv2D(channels, 3, padding=1, groups=channels, use_bias=False),
                          nn.BatchNorm(), nn.Activation("relu"), nn.Conv2D(channels, 1))
            self.squeeze = nn.HybridSequential()
            self.squeeze.add(nn.GlobalAvgPool2D(), nn.Conv2D(2, 1), nn.Activation("relu"),
                             nn.Conv2D(channels, 1))

    def hybrid_forward(self, F, x):
        y = self.body(x)
        gate = F.clip(self.squeeze(y) + 3.0, 0, 6) / 6.0
        return x + F.broadcast_mul(y, gate)


def network(name, layers, size):
    rng = np.random.RandomState(7)
    mx.random.seed(7)
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(*layers)
    net.initialize(mx.init.Xavier(magnitude=3))
    x = rng.uniform(-2, 2, (1, 3, size, size)).astype("f")
    net(mx.nd.array(x))
    statistics(net, rng)
    net.hybridize()
    y = net(mx.nd.array(x)).asnumpy()
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    net.export(str(folder / name))
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)


network("fixed_size", [
    nn.Conv2D(6, 5, activation="relu"), nn.MaxPool2D(2), nn.Conv2D(8, 3, use_bias=False),
    nn.BatchNorm(), nn.LeakyReLU(0.1), nn.AvgPool2D(3, 2, 1, ceil_mode=True), nn.Flatten(),
    nn.Dropout(0.5), nn.Dense(10)], 32)
network("any_size", [
    nn.Conv2D(8, 3, strides=2, use_bias=False), nn.BatchNorm(scale=False), nn.Activation("relu"),
    Excite(8), nn.MaxPool2D(3, 2, ceil_mode=True), nn.Conv2D(10, 1), nn.GlobalAvgPool2D(),
    nn.Flatten()], 40)

folder = OUT / "parameters"
folder.mkdir(exist_ok=True)
values = [0, 1, 2, 3, 4, 100]
arrays = {f"arg:{t}": mx.nd.array(values, dtype=t)
          for t in ("float32", "float64", "float16", "uint8", "int32", "int8", "int64")}
arrays["aux:bool"] = mx.nd.array(values, dtype="bool")
arrays["bare.name"] = mx.nd.array([[1.5, -2.5]])
mx.nd.save(str(folder / "types.params"), arrays)
mx.nd.save(str(folder / "unnamed.params"), [mx.nd.array(values), mx.nd.ones((2, 1))])
mx.nd.save(str(folder / "sparse.params"),
           {"arg:w": mx.nd.array([[0, 1], [0, 0]]).tostype("csr")})
with mx.util.np_shape(True):
    mx.nd.save(str(folder / "numpy_shapes.params"),
               {"arg:scalar": mx.nd.ones(()), "arg:w": mx.nd.array(values)})
