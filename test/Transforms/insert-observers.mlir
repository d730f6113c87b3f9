// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-insert-observers))' | FileCheck %s --implicit-check-not=patches
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-insert-observers{recipe=%S/Inputs/gptq.yaml}))' | FileCheck %s --check-prefix=GRAM
// RUN: not %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-insert-observers{recipe=none-such}))' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: no recipe 'none-such', expected a file or one of

// CHECK-LABEL: @contraction
// CHECK-SAME: %[[X:.*]]: tensor<1x8xf32>
// CHECK: %[[OX:.*]] = nibble.observe %[[X]] "x"
// CHECK: %[[Y:.*]] = nibble.contract ins(%[[OX]],
// CHECK: %[[OY:.*]] = nibble.observe %[[Y]] "fc"
// CHECK: return %[[OY]]
func.func @contraction(%x: tensor<1x8xf32> {nibble.name = "x"}) -> tensor<1x4xf32> {
  %w = arith.constant dense<1.0> : tensor<8x4xf32>
  %init = tensor.empty() : tensor<1x4xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%init : tensor<1x4xf32>)
         -> tensor<1x4xf32> loc("fc")
  return %y : tensor<1x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Nothing is seen between a contraction and the activation that runs in it, also when that uses its operand twice. Names
// are made unique.
// CHECK-LABEL: @epilogue
// CHECK: nibble.observe {{.*}} "argument0"
// CHECK: nibble.contract
// CHECK-NOT: nibble.observe
// CHECK: math.exp
// CHECK-NOT: nibble.observe
// CHECK: arith.mulf
// CHECK: nibble.observe {{.*}} "act"
// CHECK: nibble.contract
// CHECK: nibble.observe {{.*}} "act_1"
func.func @epilogue(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %w = arith.constant dense<1.0> : tensor<8x8xf32>
  %init = tensor.empty() : tensor<1x8xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%init : tensor<1x8xf32>)
         -> tensor<1x8xf32> loc("fc")
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%y : tensor<1x8xf32>) outs(%init : tensor<1x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %e = math.exp %a : f32
    linalg.yield %e : f32
  } -> tensor<1x8xf32>
  %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%y, %s : tensor<1x8xf32>, tensor<1x8xf32>) outs(%init : tensor<1x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %e = arith.mulf %a, %b : f32
    linalg.yield %e : f32
  } -> tensor<1x8xf32> loc("act")
  %z = nibble.contract ins(%m, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%init : tensor<1x8xf32>)
         -> tensor<1x8xf32> loc("act")
  return %z : tensor<1x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// The later contraction adds; the result of the earlier one exists.
// CHECK-LABEL: @residual
// CHECK: nibble.observe {{.*}} "x"
// CHECK: %[[A:.*]] = nibble.contract
// CHECK: %[[OA:.*]] = nibble.observe %[[A]] "a"
// CHECK: %[[B:.*]] = nibble.contract
// CHECK-NOT: nibble.observe
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[B]], %[[OA]]
// CHECK: nibble.observe %[[SUM]] "sum"
func.func @residual(%x: tensor<1x8xf32> {nibble.name = "x"}) -> tensor<1x8xf32> {
  %w = arith.constant dense<1.0> : tensor<8x8xf32>
  %init = tensor.empty() : tensor<1x8xf32>
  %a = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%init : tensor<1x8xf32>)
         -> tensor<1x8xf32> loc("a")
  %b = nibble.contract ins(%x, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%init : tensor<1x8xf32>)
         -> tensor<1x8xf32> loc("b")
  %sum = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%b, %a : tensor<1x8xf32>, tensor<1x8xf32>) outs(%init : tensor<1x8xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %e = arith.addf %p, %q : f32
    linalg.yield %e : f32
  } -> tensor<1x8xf32> loc("sum")
  return %sum : tensor<1x8xf32>
}

// -----

// Running it again adds nothing.
// CHECK-LABEL: @observed
// CHECK-COUNT-2: nibble.observe
// CHECK-NOT: nibble.observe
func.func @observed(%x: tensor<1x8xf32>) -> tensor<1x4xf32> {
  %w = arith.constant dense<1.0> : tensor<8x4xf32>
  %init = tensor.empty() : tensor<1x4xf32>
  %o = nibble.observe %x "x" : tensor<1x8xf32> -> tensor<1x8xf32>
  %y = nibble.contract ins(%o, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%init : tensor<1x4xf32>)
         -> tensor<1x4xf32> loc("fc")
  return %y : tensor<1x4xf32>
}

// -----

// Minus infinity around the input of maximum pooling is not seen by a probe: what is padded is.
// CHECK-LABEL: @pool
// CHECK: %[[X:.*]] = nibble.observe %{{.*}} "x" : tensor<1x4x4x1xf32>
// CHECK: %[[PADDED:.*]] = tensor.pad %[[X]]
// CHECK: %[[Y:.*]] = linalg.pooling_nhwc_max {{.*}} ins(%[[PADDED]],
// CHECK: nibble.observe %[[Y]] "pool"
func.func @pool(%x: tensor<1x4x4x1xf32> {nibble.name = "x"}) -> tensor<1x3x3x1xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %lowest : f32
  } : tensor<1x4x4x1xf32> to tensor<1x6x6x1xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %init = tensor.empty() : tensor<1x3x3x1xf32>
  %start = linalg.fill ins(%lowest : f32) outs(%init : tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32>
  %y = linalg.pooling_nhwc_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
         ins(%padded, %window : tensor<1x6x6x1xf32>, tensor<2x2xf32>) outs(%start : tensor<1x3x3x1xf32>)
         -> tensor<1x3x3x1xf32> loc("pool")
  return %y : tensor<1x3x3x1xf32>
}

// -----

// Weights that came in codes are weights.
// CHECK-LABEL: @codes
// CHECK: %[[X:.*]] = nibble.observe %{{.*}} "x"
// CHECK: %[[W:.*]] = nibble.dequantize
// CHECK-NEXT: nibble.contract ins(%[[X]], %[[W]]
func.func @codes(%x: tensor<1x2xf32> {nibble.name = "x"}) -> tensor<1x1xf32> {
  %codes = arith.constant dense<1> : tensor<2x1xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %init = tensor.empty() : tensor<1x1xf32>
  %w = nibble.dequantize %codes scale(%s : tensor<f32>) as <s8> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         -> tensor<1x1xf32> loc("fc")
  return %y : tensor<1x1xf32>
}

// -----

// What two ops read in the same way is gathered once, and nothing for an op that the recipe leaves float.
// GRAM-LABEL: @read
// GRAM: nibble.observe %{{.*}} "rows" patches [#nibble.patches<kernel = [1, 1], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>] :
// GRAM: nibble.observe %{{.*}} "x" patches [#nibble.patches<kernel = [1, 2], strides = [2, 1], dilations = [1, 1], padding = [0, 1, 0, 0], groups = 2>] :
// GRAM: nibble.observe %{{.*}} "conv" :
func.func @read(%x: tensor<1x4x4x2xf32> {nibble.name = "x"}, %r: tensor<1x8xf32> {nibble.name = "rows"})
    -> (tensor<1x3x3x2xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %f = arith.constant dense<1.0> : tensor<1x2x1x2xf32>
  %w = arith.constant dense<1.0> : tensor<8x4xf32>
  %w0 = arith.constant dense<1.0> : tensor<4x4xf32>
  %i0 = tensor.empty() : tensor<1x3x3x2xf32>
  %i1 = tensor.empty() : tensor<1x4xf32>
  %a = nibble.conv ins(%x, %f : tensor<1x4x4x2xf32>, tensor<1x2x1x2xf32>) outs(%i0 : tensor<1x3x3x2xf32>)
         {groups = 2, strides = array<i64: 2, 1>, padding = array<i64: 0, 1, 0, 0>} -> tensor<1x3x3x2xf32> loc("conv")
  %b = nibble.contract ins(%r, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%i1 : tensor<1x4xf32>) -> tensor<1x4xf32> loc("b")
  %c = nibble.contract ins(%r, %w : tensor<1x8xf32>, tensor<8x4xf32>) outs(%i1 : tensor<1x4xf32>) -> tensor<1x4xf32> loc("c")
  %d = nibble.contract ins(%b, %w0 : tensor<1x4xf32>, tensor<4x4xf32>) outs(%i1 : tensor<1x4xf32>) -> tensor<1x4xf32> loc("plain")
  return %a, %b, %c, %d : tensor<1x3x3x2xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
