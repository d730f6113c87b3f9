// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-fuse-contractions,canonicalize))' | FileCheck %s

// The multiplier is 0.5 * 0.25 / 0.125 = 1, so that it folds to a constant; the bias is 1 / (0.5 * 0.25) = 8 units.
// CHECK-LABEL: @contraction
// CHECK-SAME: %[[X:.*]]: tensor<1x2xi8>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<8> : tensor<1xi32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<2x1xi8>
// CHECK-DAG: %[[LOW:.*]] = arith.constant -3.000000e+00 : f32
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 2.520000e+02 : f32
// CHECK-DAG: %[[ZX:.*]] = arith.constant 100 : i32
// CHECK-DAG: %[[Z:.*]] = arith.constant 3 : i32
// CHECK: %[[Q:.*]] = nibble.contract ins(%[[X]], %[[W]] : tensor<1x2xi8>, tensor<2x1xi8>) bias(%[[BIAS]] : tensor<1xi32>) input_zero_point(%[[ZX]])
// CHECK-SAME: filterScheme = #nibble.scheme<s8 narrow, block = [0, 1]>, inputScheme = #nibble.scheme<u8, zero_point = integer>
// CHECK: ^bb0(%[[ACC:.*]]: i32):
// CHECK: %[[F:.*]] = arith.sitofp %[[ACC]] : i32 to f32
// CHECK: %[[A:.*]] = arith.maxnumf %[[F]], %[[LOW]]
// CHECK: %[[B:.*]] = arith.minnumf %[[A]], %[[HIGH]]
// CHECK: %[[R:.*]] = math.roundeven %[[B]]
// CHECK: %[[I:.*]] = arith.fptosi %[[R]]
// CHECK: %[[C:.*]] = arith.addi %[[I]], %[[Z]]
// CHECK: %[[BYTE:.*]] = arith.trunci %[[C]]
// CHECK: nibble.yield %[[BYTE]] : i8
// CHECK: return %[[Q]]
func.func @contraction(%x: tensor<1x2xi8>) -> tensor<1x1xi8> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %zx = arith.constant dense<100> : tensor<i32>
  %s = arith.constant dense<0.125> : tensor<f32>
  %z = arith.constant dense<3> : tensor<i32>
  %codes = arith.constant dense<[[127], [-64]]> : tensor<2x1xi8>
  %sw = arith.constant dense<0.25> : tensor<1x1xf32>
  %b = arith.constant dense<1.0> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<1x1xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  %q = nibble.quantize %y scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x1xf32> -> tensor<1x1xi8>
  return %q : tensor<1x1xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// A residual is added in units of the result; the ReLU is what the clamp does anyway.
// CHECK-LABEL: @residual
// CHECK-SAME: %[[X:.*]]: tensor<1x2xi8>, %[[R:.*]]: tensor<1x2xi8>
// CHECK-DAG: %[[K:.*]] = arith.constant 4.000000e+00 : f32
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: nibble.contract {{.*}} with(%{{.*}}, %[[R]] : tensor<2xf32>, tensor<1x2xi8>)
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[M:.*]]: f32, %[[CODE:.*]]: i8):
// CHECK: %[[F:.*]] = arith.sitofp %[[ACC]]
// CHECK: %[[SCALED:.*]] = arith.mulf %[[F]], %[[M]]
// CHECK: %[[WIDE:.*]] = arith.extui %[[CODE]]
// CHECK: %[[DIFF:.*]] = arith.subi %[[WIDE]]
// CHECK: %[[REAL:.*]] = arith.sitofp %[[DIFF]]
// CHECK: %[[OTHER:.*]] = arith.mulf %[[REAL]], %[[K]]
// CHECK: %[[SUM:.*]] = arith.addf %[[SCALED]], %[[OTHER]]
// CHECK: arith.maxnumf %[[SUM]], %[[LOW]]
// CHECK-NOT: arith.max
// CHECK: nibble.yield
func.func @residual(%x: tensor<1x2xi8>, %r: tensor<1x2xi8>) -> tensor<1x2xi8> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %zx = arith.constant dense<100> : tensor<i32>
  %s = arith.constant dense<0.125> : tensor<f32>
  %z = arith.constant dense<0> : tensor<i32>
  %codes = arith.constant dense<[[127, 1], [-64, 127]]> : tensor<2x2xi8>
  %sw = arith.constant dense<[[0.25, 0.5]]> : tensor<1x2xf32>
  %zero = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<1x2xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<1x2xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x2xi8> -> tensor<2x2xf32>
  %2 = nibble.dequantize %r scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2xi8> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  %a = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%y, %2 : tensor<1x2xf32>, tensor<1x2xf32>) outs(%init : tensor<1x2xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %e = arith.addf %p, %q : f32
    %m = arith.maximumf %e, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x2xf32>
  %q = nibble.quantize %a scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2xf32> -> tensor<1x2xi8>
  return %q : tensor<1x2xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// A sigmoid does not commute with a change of scale: the accumulator becomes a real number first, and NaN is kept from the
// rounding.
// CHECK-LABEL: @transcendental
// CHECK: ^bb0(%[[ACC:.*]]: i32):
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: math.exp
// CHECK: arith.divf
// CHECK: arith.cmpf uno
// CHECK: math.roundeven
func.func @transcendental(%x: tensor<1x2xi8>) -> tensor<1x1xi8> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %s = arith.constant dense<0.125> : tensor<f32>
  %codes = arith.constant dense<[[127], [-64]]> : tensor<2x1xi8>
  %sw = arith.constant dense<0.25> : tensor<f32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) as <s8 narrow> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%y : tensor<1x1xf32>) outs(%init : tensor<1x1xf32>) {
  ^bb0(%p: f32, %out: f32):
    %e = math.exp %p : f32
    linalg.yield %e : f32
  } -> tensor<1x1xf32>
  %q = nibble.quantize %a scale(%s : tensor<f32>) as <s8 narrow> : tensor<1x1xf32> -> tensor<1x1xi8>
  return %q : tensor<1x1xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Without codes to make, the result is float, straight from the accumulator. A float contraction takes its ReLU in.
// CHECK-LABEL: @float_results
// CHECK: %[[A:.*]] = nibble.contract {{.*}} outs(%{{.*}} : tensor<1x1xf32>)
// CHECK: arith.sitofp
// CHECK: nibble.yield %{{.*}} : f32
// CHECK: nibble.contract ins(%[[A]], %{{.*}} : tensor<1x1xf32>, tensor<1x1xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: f32):
// CHECK: %[[RELU:.*]] = arith.maximumf %[[ACC]]
// CHECK: nibble.yield %[[RELU]] : f32
// CHECK-NOT: linalg.generic
func.func @float_results(%x: tensor<1x2xi8>, %w: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %codes = arith.constant dense<[[127], [-64]]> : tensor<2x1xi8>
  %sw = arith.constant dense<0.25> : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) as <s8 narrow> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  %v = nibble.contract ins(%y, %w : tensor<1x1xf32>, tensor<1x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
       ins(%v : tensor<1x1xf32>) outs(%init : tensor<1x1xf32>) {
  ^bb0(%p: f32, %out: f32):
    %e = arith.maximumf %p, %zero : f32
    linalg.yield %e : f32
  } -> tensor<1x1xf32>
  return %a : tensor<1x1xf32>
}

// -----

// The accumulator of 2^24 products of 127 * 255 may overflow 32 bits; a filter that is computed has no integer form.
// CHECK-LABEL: @obstacles
// CHECK: nibble.contract {{.*}} {nibble.float = "its filter is computed at run time"}
func.func @obstacles(%x: tensor<1x2xi8>, %w: tensor<2x1xi8>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) as <s8 narrow> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %w scale(%sx : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// 70000 products of 127 * 255 may be more than 2^31.
// CHECK-LABEL: @overflow
// CHECK: nibble.contract {{.*}} {nibble.float = "sums of up to 2266950000 do not fit a 32-bit accumulator"}
func.func @overflow(%x: tensor<1x70000xi8>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %zx = arith.constant dense<0> : tensor<i32>
  %codes = arith.constant dense<127> : tensor<70000x1xi8>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x70000xi8> -> tensor<1x70000xf32>
  %1 = nibble.dequantize %codes scale(%sx : tensor<f32>) as <s8 narrow> : tensor<70000x1xi8> -> tensor<70000x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x70000xf32>, tensor<70000x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
