"""Records MXNet's answers to single operators, one folder each: symbol, parameters, x.npy, y.npy.

Records the cases that FOLDER lacks, or those that are named. Each case runs in its own process, since
MXNet's executor crashes in some. The committed cases are listed in
Tests/InferenceTests/Fixtures/mxnet/README.md.

Needs Python 3.11 with mxnet==1.9.1, numpy==1.23.5 and setuptools<68.
Usage: record_mxnet_operators.py FOLDER [NAME…]
"""

import os
import pathlib
import shutil
import sys
import zlib

os.environ["OMP_NUM_THREADS"] = "1"

import mxnet as mx
import numpy as np

S = mx.sym
V = S.Variable
OUT = pathlib.Path(sys.argv[1])
cases={}
def case(name, f, shape, scale=1.0, params=None, positive=False):
    cases[name]=(f,shape,scale,params or {},positive)
D=V('data')
d=lambda: D
C4=(2,6,5,7)
# conv
case('conv2d_stride_pad', lambda: S.Convolution(d(),kernel=(3,2),stride=(2,1),pad=(1,1),num_filter=4,name='c'), C4)
case('conv2d_dilate_group', lambda: S.Convolution(d(),kernel=(3,3),dilate=(2,2),num_group=3,num_filter=6,pad=(2,2),name='c'), C4)
case('conv2d_depthwise', lambda: S.Convolution(d(),kernel=(3,3),num_group=6,num_filter=12,pad=(1,1),no_bias=True,name='c'), C4)
case('conv1d', lambda: S.Convolution(d(),kernel=(3,),num_filter=5,stride=(2,),name='c'), (2,4,11))
case('conv3d', lambda: S.Convolution(d(),kernel=(2,3,3),num_filter=3,pad=(0,1,1),name='c'), (1,2,5,6,7))
case('deconv', lambda: S.Deconvolution(d(),kernel=(4,4),stride=(2,2),pad=(1,1),num_filter=5,name='c'), C4)
case('deconv_adj_bias_group', lambda: S.Deconvolution(d(),kernel=(3,3),stride=(2,2),pad=(1,1),adj=(1,1),num_group=2,no_bias=False,num_filter=4,name='c'), C4)
case('deconv_target', lambda: S.Deconvolution(d(),kernel=(4,4),stride=(2,2),target_shape=(9,14),num_filter=3,name='c'), C4)
# pool
for kind in ['max','avg','sum','lp']:
  for conv in ['valid','full']:
    for (k,s,p) in [((3,3),(2,2),(0,0)),((3,3),(2,2),(1,1)),((2,2),(2,2),(0,0)),((3,3),(1,1),(1,1)),((2,3),(3,2),(1,1)),((3,2),(3,3),(1,0)),((5,5),(2,3),(2,2))]:
      for cip in ([True,False] if kind=='avg' else [True]):
        kw=dict(kernel=k,stride=s,pad=p,pool_type=kind,pooling_convention=conv)
        if kind=='avg': kw['count_include_pad']=cip
        if kind=='lp': kw['p_value']=2
        case(f"pool_{kind}_{conv}_k{k[0]}{k[1]}s{s[0]}{s[1]}p{p[0]}{p[1]}{'' if cip else '_nocip'}", lambda kw=kw: S.Pooling(d(),**kw),(2,3,6,7))
case('pool_1d', lambda: S.Pooling(d(),kernel=(3,),stride=(2,),pad=(1,),pool_type='avg',pooling_convention='full'),(2,3,10))
case('pool_3d', lambda: S.Pooling(d(),kernel=(2,3,3),stride=(2,2,2),pad=(0,1,1),pool_type='max'),(1,3,6,7,8))
for kind in ['max','avg','sum']:
  case(f'pool_global_{kind}', lambda kind=kind: S.Pooling(d(),kernel=(1,1),global_pool=True,pool_type=kind), C4)
case('pool_global_lp', lambda: S.Pooling(d(),kernel=(1,1),global_pool=True,pool_type='lp',p_value=2), C4)
case('pool_global_nokernel', lambda: S.Pooling(d(),global_pool=True,pool_type='avg'), C4)
case('adaptive_1', lambda: S.contrib.AdaptiveAvgPooling2D(d(),output_size=1), C4)
case('adaptive_default', lambda: S.contrib.AdaptiveAvgPooling2D(d()), C4)
case('adaptive_3x5', lambda: S.contrib.AdaptiveAvgPooling2D(d(),output_size=(3,5)), C4)
case('adaptive_7', lambda: S.contrib.AdaptiveAvgPooling2D(d(),output_size=7), C4)
# bn
case('bn_default', lambda: S.BatchNorm(d(),name='b'), C4)
case('bn_nofix', lambda: S.BatchNorm(d(),fix_gamma=False,eps=1e-5,name='b'), C4)
case('bn_axis3', lambda: S.BatchNorm(d(),fix_gamma=False,axis=3,name='b'), C4)
case('bn_axism1', lambda: S.BatchNorm(d(),fix_gamma=False,axis=-1,use_global_stats=True,name='b'), (3,7))
case('instnorm', lambda: S.InstanceNorm(d(),name='b',eps=2e-5), C4)
case('layernorm', lambda: S.LayerNorm(d(),name='b'), C4)
case('layernorm_axis1', lambda: S.LayerNorm(d(),name='b',axis=1,eps=1e-3), C4)
case('groupnorm', lambda: S.GroupNorm(d(),V('g_gamma',shape=(3,)),V('g_beta',shape=(3,)),num_groups=3), C4)
case('lrn', lambda: S.LRN(d(),nsize=5,alpha=0.1,beta=0.6,knorm=1.5), C4)
case('lrn_default', lambda: S.LRN(d(),nsize=3), C4)
for m in ['instance','channel','spatial']: case('l2_'+m, lambda m=m: S.L2Normalization(d(),mode=m,eps=1e-3), C4)
# acts
for a in ['relu','sigmoid','tanh','softrelu','softsign','log_sigmoid','mish']:
    case('act_'+a, lambda a=a: S.Activation(d(),act_type=a), C4, 4)
for a in ['leaky','elu','selu','gelu','rrelu']:
    case('leaky_'+a, lambda a=a: S.LeakyReLU(d(),act_type=a), C4, 3)
case('prelu', lambda: S.LeakyReLU(d(),V('p_gamma',shape=(6,)),act_type='prelu'), C4)
case('prelu_one', lambda: S.LeakyReLU(d(),V('p_gamma',shape=(1,)),act_type='prelu'), C4)
case('rrelu_bounds', lambda: S.LeakyReLU(d(),act_type='rrelu',lower_bound=0.2,upper_bound=0.6), C4)
case('hard_sigmoid', lambda: S.hard_sigmoid(d()), C4, 4)
case('hard_sigmoid2', lambda: S.hard_sigmoid(d(),alpha=0.3,beta=0.1), C4, 4)
for f in ['exp','square','abs','negative','sigmoid','tanh','relu','erf','floor','ceil','rint','sign','sin','cos','softsign','expm1','identity','BlockGrad','make_loss','zeros_like','ones_like']:
    case('u_'+f, lambda f=f: getattr(S,f)(d()), C4, 2)
for f in ['log','sqrt','rsqrt','reciprocal','log1p']:
    case('u_'+f, lambda f=f: getattr(S,f)(d()), C4, 2, None, True)
case('clip', lambda: S.clip(d(),-0.5,0.7), C4)
for t in ['float16','float64','int32','uint8','int8']:
    if t in('float64',): case('cast_'+t, lambda t=t: S.Cast(S.Cast(d(),dtype=t),dtype='float32'), C4, 20)
    if t in('int32','int8'): case('cast_'+t, lambda t=t: S.Cast(S.Cast(d(),dtype=t),dtype='float32'), C4, 20)
case('dropout', lambda: S.Dropout(d(),p=0.3,axes=(1,)), C4)
# arithmetic
ops={'plus':lambda x:x+1.5,'minus':lambda x:x-1.5,'rminus':lambda x:1.5-x,'mul':lambda x:x*1.5,'div':lambda x:x/1.7,'rdiv':lambda x:2.5/x,'neg':lambda x:-x,'eq':lambda x:(x==0),'gt':lambda x:x>0.1,'ge':lambda x:x>=0.1,'lt':lambda x:x<0.1,'le':lambda x:x<=0.1,'ne':lambda x:x!=0}
for n,f in ops.items(): case('s_'+n, lambda f=f: f(d()), C4)
case('s_pow', lambda: d()**2.5, C4,1,None,True)
case('s_rpow', lambda: S.pow(2.0,d()), C4)
case('s_max', lambda: S.maximum(d(),0.2), C4)
case('s_min', lambda: S.minimum(d(),0.2), C4)
for n in ['add','sub','mul','div']:
    case('e_'+n, lambda n=n: getattr(S,'elemwise_'+n)(d(),S.exp(d())), C4)
for n in ['add','sub','mul','div','maximum','minimum','greater','lesser','equal','not_equal','greater_equal','lesser_equal','plus','minus']:
    case('b_'+n, lambda n=n: getattr(S,'broadcast_'+n)(d(),V('w',shape=(1,6,1,1))), C4)
case('b_power', lambda: S.broadcast_power(S.exp(d()),V('w',shape=(1,6,1,1))), C4)
case('b_two_sides', lambda: S.broadcast_add(S.mean(d(),axis=(2,3),keepdims=True),S.max(d(),axis=1,keepdims=True)), C4)
case('add_n', lambda: S.add_n(d(),d()*2,S.exp(d())), C4)
case('where', lambda: S.where(d()>0,d(),S.exp(d())), C4)
case('dot', lambda: S.dot(d(),V('w',shape=(5,4))), (3,5))
case('dot_t', lambda: S.dot(d(),V('w',shape=(4,5)),transpose_b=True), (3,5))
case('batch_dot', lambda: S.batch_dot(d(),d(),transpose_b=True), (3,4,5))
case('batch_dot_ta', lambda: S.batch_dot(d(),d(),transpose_a=True), (3,4,5))
case('gemm2', lambda: S.linalg.gemm2(d(),d(),transpose_b=True,alpha=0.5), (3,4,5))
# FC
case('fc', lambda: S.FullyConnected(d(),num_hidden=5,name='f'), (2,3,4))
case('fc_2d_noflat', lambda: S.FullyConnected(d(),num_hidden=5,flatten=False,name='f'), (2,3))
case('fc_noflat_nobias4', lambda: S.FullyConnected(d(),num_hidden=5,flatten=False,no_bias=True,name='f'), (2,3,4,5))
case('embedding', lambda: S.Embedding(S.Cast(S.abs(d())*3,dtype='int32'),input_dim=4,output_dim=3,name='e'), (2,5))
# shapes
for i,sh in enumerate([(0,-1),(-1,0),(0,0,-1),(0,-3,0),(-2,),(0,-2),(0,-4,2,3,-2),(0,-4,-1,3,0,0),(0,-4,2,-1,-2),(-3,-3),(0,6,35),(-1,),(2,-1,3),(0,-3,-2),(-1,7)]):
    case(f'reshape_{i}', lambda sh=sh: S.reshape(d()*1,shape=sh), C4)
for i,sh in enumerate([(0,-1),(-1,0,0),(0,0,-1),(-3,0,0)]):
    case(f'reshape_rev_{i}', lambda sh=sh: S.reshape(d()*1,shape=sh,reverse=True), C4)
case('reshape_like', lambda: S.reshape_like(d(),V('w',shape=(2,6,35))), C4)
case('flatten', lambda: S.Flatten(d()*1), C4)
case('transpose_default', lambda: S.transpose(d()), C4)
case('swapaxes', lambda: S.swapaxes(d(),1,3), C4)
case('swapaxes_neg', lambda: S.swapaxes(d(),dim1=-1,dim2=1), C4)
case('expand_dims', lambda: S.expand_dims(d(),axis=-2), C4)
case('squeeze_all', lambda: S.squeeze(d()*1), (3,1,4,1))
case('squeeze_axis', lambda: S.squeeze(d()*1,axis=(1,-1)), (3,1,4,1))
case('slice', lambda: S.slice(d(),begin=(None,1,2),end=(None,5,-1)), C4)
case('slice_step', lambda: S.slice(d(),begin=(0,5,None),end=(2,0,None),step=(1,-2,3)), C4)
case('slice_revall', lambda: S.slice(d(),begin=(None,None),end=(None,None),step=(1,-1)), C4)
case('slice_axis', lambda: S.slice_axis(d(),axis=-1,begin=2,end=None), C4)
case('slice_axis2', lambda: S.slice_axis(d(),axis=1,begin=-4,end=-1), C4)
case('slice_like', lambda: S.slice_like(d(),V('w',shape=(1,3,5,4)),axes=(1,3)), C4)
case('slice_like_all', lambda: S.slice_like(d(),V('w',shape=(1,3,5,4))), C4)
case('split', lambda: S.concat(*list(S.split(d(),num_outputs=3,axis=1))[::-1],dim=2), C4)
case('split_squeeze', lambda: S.concat(*[S.expand_dims(s,1) for s in S.split(d(),num_outputs=6,axis=1,squeeze_axis=True)][::-1],dim=1), C4)
case('split_v2', lambda: S.concat(*list(S.split_v2(d(),(1,4),axis=1))[::-1],dim=1), C4)
case('split_v2_sec', lambda: S.concat(*list(S.split_v2(d(),2,axis=1))[::-1],dim=1), C4)
case('concat_neg', lambda: S.concat(d(),d()*2,dim=-1), C4)
case('stack', lambda: S.stack(d(),d()*2,axis=1), C4)
case('flip', lambda: S.flip(d(),axis=2), C4)
case('reverse2', lambda: S.reverse(d(),axis=(1,3)), C4)
case('tile', lambda: S.tile(d(),reps=(2,1,3)), C4)
case('broadcast_to', lambda: S.broadcast_to(S.mean(d(),axis=1,keepdims=True),shape=(0,5,0,0)), C4)
case('broadcast_axis', lambda: S.broadcast_axis(S.mean(d(),axis=(1,3),keepdims=True),axis=(1,3),size=(4,2)), C4)
case('broadcast_like', lambda: S.broadcast_like(S.mean(d(),axis=1,keepdims=True),d()), C4)
case('depth_to_space', lambda: S.depth_to_space(d(),2), (2,8,3,4))
case('space_to_depth', lambda: S.space_to_depth(d(),2), (2,2,6,4))
for m in ['constant','edge','reflect']:
    case('pad_'+m, lambda m=m: S.pad(d(),mode=m,pad_width=(0,0,0,0,1,2,3,1),constant_value=0.5), C4)
case('upsampling', lambda: S.UpSampling(d(),scale=2,sample_type='nearest'), C4)
case('upsampling3', lambda: S.UpSampling(d(),scale=3,sample_type='nearest'), C4)
case('upsampling_bilinear', lambda: S.UpSampling(d(),V('w',shape=(6,1,4,4)),scale=2,sample_type='bilinear',num_filter=6,num_args=2), C4)
case('upsampling_bilinear3', lambda: S.UpSampling(d(),V('w',shape=(6,1,5,5)),scale=3,sample_type='bilinear',num_filter=6,num_args=2), C4)
case('resize_bilinear', lambda: S.contrib.BilinearResize2D(d(),height=13,width=20), C4)
case('resize_bilinear_down', lambda: S.contrib.BilinearResize2D(d(),height=5,width=4), C4)
case('resize_bilinear_noalign', lambda: S.contrib.BilinearResize2D(d(),height=13,width=20,align_corners=False), C4)
case('resize_bilinear_scale', lambda: S.contrib.BilinearResize2D(d(),scale_height=2.0,scale_width=1.5,mode='size'), C4)
case('zeros_ones', lambda: S.broadcast_add(d(),S.ones((1,6,1,1))*2+S.zeros((1,6,1,1))+S.full((1,6,1,1),0.5)), C4)
# reductions
for r in ['mean','sum','max','min','prod']:
    case(f'r_{r}_all', lambda r=r: getattr(S,r)(d(),keepdims=True), (2,3,4))
    case(f'r_{r}_ax', lambda r=r: getattr(S,r)(d(),axis=(1,-1)), (2,3,4,3))
    case(f'r_{r}_excl', lambda r=r: getattr(S,r)(d(),axis=(0,1),exclude=True,keepdims=True), (2,3,4,3))
case('norm2', lambda: S.norm(d(),axis=1,keepdims=True), C4)
case('norm1', lambda: S.norm(d(),ord=1,axis=(2,3)), C4)
case('argmax', lambda: S.argmax(d(),axis=1), C4)
case('argmin', lambda: S.argmin(d(),axis=2,keepdims=True), C4)
# softmax
case('softmax_ax1', lambda: S.softmax(d(),axis=1,temperature=2.0), C4, 3)
case('log_softmax', lambda: S.log_softmax(d()), C4, 3)
case('softmin', lambda: S.softmin(d(),axis=1), C4, 3)
case('softmaxoutput', lambda: S.SoftmaxOutput(d(),name='softmax'), (3,7))
case('softmaxoutput4', lambda: S.SoftmaxOutput(d(),name='softmax'), C4)
case('softmaxoutput_multi', lambda: S.SoftmaxOutput(d(),multi_output=True,name='softmax'), C4)
case('softmaxoutput_preserve', lambda: S.SoftmaxOutput(d(),preserve_shape=True,name='softmax'), C4)
case('softmaxact', lambda: S.SoftmaxActivation(d()), C4)
case('softmaxact_ch', lambda: S.SoftmaxActivation(d(),mode='channel'), C4)
case('logistic', lambda: S.LogisticRegressionOutput(d(),name='out'), (3,7))
case('linreg', lambda: S.LinearRegressionOutput(d()*2,name='out'), (3,7))
case('two_heads', lambda: S.Group([S.softmax(d()), d()*2, d()]), (3,7))


def record(name):
    make, shape, scale, _, positive = cases[name]
    rng = np.random.RandomState(zlib.crc32(name.encode()) % 100000)
    symbol = make()
    x = (rng.randn(*shape) * scale).astype("f")
    if positive:
        x = np.abs(x) + 0.1
    if name.startswith("embedding"):
        x = np.abs(x)
    shapes, _, state_shapes = symbol.infer_shape_partial(data=shape)
    given, labels, states = {}, {}, {}
    for key, lengths in zip(symbol.list_arguments(), shapes):
        if key.endswith("label"):
            labels[key] = mx.nd.zeros(lengths)
        elif key != "data":
            given[key] = mx.nd.array(rng.randn(*lengths) * 0.5)
    for key, lengths in zip(symbol.list_auxiliary_states(), state_shapes):
        spread = rng.randn(*lengths)
        states[key] = mx.nd.array(np.abs(spread) + 0.5 if key.endswith("var") else spread * 0.3)
    executor = symbol.bind(mx.cpu(), {**given, **labels, "data": mx.nd.array(x)},
                           aux_states=states, grad_req="null")
    y = executor.forward(is_train=False)[0].asnumpy().astype("f")
    folder = OUT / name
    symbol.save(str(folder / f"{name}-symbol.json"))
    mx.nd.save(str(folder / f"{name}-0000.params"),
               {f"arg:{k}": v for k, v in given.items()} | {f"aux:{k}": v for k, v in states.items()})
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", np.ascontiguousarray(y))


for name in sys.argv[2:] or cases:
    folder = OUT / name
    if (folder / "y.npy").exists():
        continue
    folder.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child == 0:
        record(name)
        sys.stdout.flush()
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        print(f"{name}: MXNet fails")
        shutil.rmtree(folder)
