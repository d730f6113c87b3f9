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

// A product of two activations has two zero points and one scale.
// CHECK-LABEL: @activations
// CHECK-SAME: (%[[X:.*]]: tensor<1x2xi8>, %[[W:.*]]: tensor<2x1xi8>)
// CHECK-DAG: %[[ZX:.*]] = arith.constant 3 : i32
// CHECK-DAG: %[[ZW:.*]] = arith.constant 128 : i32
// CHECK-DAG: %[[SCALE:.*]] = arith.constant 1.250000e-01 : f32
// CHECK: nibble.contract ins(%[[X]], %[[W]] : tensor<1x2xi8>, tensor<2x1xi8>) input_zero_point(%[[ZX]]) filter_zero_point(%[[ZW]])
// CHECK-SAME: filterScheme = #nibble.scheme<u8, zero_point = integer>, inputScheme = #nibble.scheme<u8, zero_point = integer>
// CHECK: arith.mulf %{{.*}}, %[[SCALE]] : f32
func.func @activations(%x: tensor<1x2xi8>, %w: tensor<2x1xi8>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %sw = arith.constant dense<0.25> : tensor<f32>
  %zx = arith.constant dense<3> : tensor<i32>
  %zw = arith.constant dense<128> : tensor<i32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %w scale(%sw : tensor<f32>) zero_point(%zw : tensor<i32>) as <u8, zero_point = integer>
         : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// The filter of a convolution has to be known.
// CHECK-LABEL: @obstacles
// CHECK: nibble.conv {{.*}} {nibble.float = "its filter is computed at run time"}
// CHECK: nibble.contract {{.*}} {nibble.float = "its schemes and its bias have no integer form"}
// CHECK: nibble.contract {{.*}} {nibble.float = "sums of up to 2293760000 do not fit a 32-bit accumulator"}
func.func @obstacles(%x: tensor<1x1x1x2xi8>, %w: tensor<1x1x2x1xi8>, %p: tensor<1x2xi8>, %q: tensor<2x1xi8>,
                     %r: tensor<1x140000xi8>, %t: tensor<140000x1xi8>)
    -> (tensor<1x1x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %bias = arith.constant dense<1.0> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1x1x1xf32>
  %init2 = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%s : tensor<f32>) as <s8 narrow> : tensor<1x1x1x2xi8> -> tensor<1x1x1x2xf32>
  %1 = nibble.dequantize %w scale(%s : tensor<f32>) as <s8 narrow> : tensor<1x1x2x1xi8> -> tensor<1x1x2x1xf32>
  %y = nibble.conv ins(%0, %1 : tensor<1x1x1x2xf32>, tensor<1x1x2x1xf32>) outs(%init : tensor<1x1x1x1xf32>)
         -> tensor<1x1x1x1xf32>
  %2 = nibble.dequantize %p scale(%s : tensor<f32>) as <s8 narrow> : tensor<1x2xi8> -> tensor<1x2xf32>
  %3 = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %v = nibble.contract ins(%2, %3 : tensor<1x2xf32>, tensor<2x1xf32>) bias(%bias : tensor<1xf32>)
         outs(%init2 : tensor<1x1xf32>) -> tensor<1x1xf32>
  %4 = nibble.dequantize %r scale(%s : tensor<f32>) as <s8> : tensor<1x140000xi8> -> tensor<1x140000xf32>
  %5 = nibble.dequantize %t scale(%s : tensor<f32>) as <s8> : tensor<140000x1xi8> -> tensor<140000x1xf32>
  %z = nibble.contract ins(%4, %5 : tensor<1x140000xf32>, tensor<140000x1xf32>) outs(%init2 : tensor<1x1xf32>)
         -> tensor<1x1xf32>
  return %y, %v, %z : tensor<1x1x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// 70000 products of 127 * 255 may be more than 2^31. The filter stays in codes.
// CHECK-LABEL: @overflow
// CHECK: nibble.contract ins(%{{.*}}, %{{.*}} : tensor<1x70000xf32>, tensor<1x70000xi8>) filter_scales(
// CHECK-SAME: nibble.float = "sums of up to 2266950000 do not fit a 32-bit accumulator"
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

// -----

// Codes of 4 bits with a scale for each channel: rows of the same codes, 3, -1 and 2, 7 from the columns 3, 2 and -1, 7, and the scales in
// the epilogue.
// CHECK-LABEL: @scale_per_channel
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}-14], [114]]> : tensor<2x1xi8>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[8, 16]> : tensor<2xi32>
// CHECK-DAG: %[[M:.*]] = arith.constant dense<[1.250000e-01, 6.250000e-02]> : tensor<2xf32>
// CHECK: nibble.contract ins(%{{.*}}, %[[W]] : tensor<1x2xi8>, tensor<2x1xi8>) bias(%[[BIAS]] : tensor<2xi32>) with(%[[M]] : tensor<2xf32>)
// CHECK-SAME: filterScheme = #nibble.scheme<s4, block = [1, 0]>
// CHECK-SAME: packedFilterShape = array<i64: 2, 2>, transposeFilter
// CHECK: ^bb0(%{{.*}}: i32, %{{.*}}: f32):
func.func @scale_per_channel(%x: tensor<1x2xi8>) -> tensor<1x2xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %codes = arith.constant dense<[[0x22], [0x7f]]> : tensor<2x1xi8>
  %sw = arith.constant dense<[[0.25, 0.125]]> : tensor<1x2xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) as <s8 narrow> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<1x2xf32>) as <s4, block = [0, 1]> : tensor<2x1xi8> -> tensor<2x2xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x2xf32>) bias(%b : tensor<2xf32>)
         outs(%init : tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// A filter that came without sign and with a zero point keeps them. A bias that is no whole number of units of the sum, 0.25, is added
// in the epilogue, in units of the result: 0.3 / 0.5 and -1 / 0.5.
// CHECK-LABEL: @came_quantized
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 128 : i32
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[6.000000e-01, -2.000000e+00]> : tensor<2xf32>
// CHECK: nibble.contract ins(%arg0, %{{.*}} : tensor<1x2xi8>, tensor<2x2xi8>) filter_zero_point(%[[ZERO]]) with(%[[BIAS]] : tensor<2xf32>)
// CHECK-SAME: {filterScheme = #nibble.scheme<u8, zero_point = integer>, inputScheme = #nibble.scheme<s8>}
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: i32, %[[ADDED:.*]]: f32):
// CHECK: %[[SCALED:.*]] = arith.mulf
// CHECK: arith.addf %[[SCALED]], %[[ADDED]]
func.func @came_quantized(%x: tensor<1x2xi8>) -> tensor<1x2xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<128> : tensor<i32>
  %codes = arith.constant dense<[[0, 255], [129, 127]]> : tensor<2x2xi8>
  %bias = arith.constant dense<[0.3, -1.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<1x2xf32>
  %0 = nibble.dequantize %x scale(%s : tensor<f32>) as <s8> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer> : tensor<2x2xi8> -> tensor<2x2xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x2xf32>) bias(%bias : tensor<2xf32>) outs(%init : tensor<1x2xf32>)
         {nibble.in_codes} -> tensor<1x2xf32>
  %q = nibble.quantize %y scale(%s : tensor<f32>) as <s8> : tensor<1x2xf32> -> tensor<1x2xi8>
  return %q : tensor<1x2xi8>
}

// -----

// Groups of two along the reduction: their scales and zero points are operands, the bias is in units of the input's scale.
// CHECK-LABEL: @groups
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}33, 3]]> : tensor<1x2xi8>
// CHECK-DAG: %[[S:.*]] = arith.constant dense<{{\[\[}}2.500000e-01, 1.250000e-01]]> : tensor<1x2xf16>
// CHECK-DAG: %[[Z:.*]] = arith.constant dense<{{\[\[}}7, 8]]> : tensor<1x2xi32>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<2.000000e+00> : tensor<1xf32>
// CHECK-DAG: %[[K:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: nibble.contract ins(%{{.*}}, %[[W]] : tensor<1x3xi8>, tensor<1x2xi8>) bias(%[[BIAS]] : tensor<1xf32>) input_zero_point(%{{[a-z0-9_]+}})
// CHECK-SAME: filter_scales(%[[S]] : tensor<1x2xf16>) filter_zero_points(%[[Z]] : tensor<1x2xi32>)
// CHECK-SAME: filterScheme = #nibble.scheme<u4, block = [1, 2], scale = [f16], zero_point = integer>
// CHECK: ^bb0(%[[ACC:.*]]: f32):
// CHECK: %[[Y:.*]] = arith.mulf %[[ACC]], %[[K]]
// CHECK: nibble.yield %[[Y]]
func.func @groups(%x: tensor<1x3xi8>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.5> : tensor<f32>
  %zx = arith.constant dense<100> : tensor<i32>
  %codes = arith.constant dense<[[1], [2], [3]]> : tensor<3x1xi8>
  %sw = arith.constant dense<[[0.25], [0.125]]> : tensor<2x1xf16>
  %zw = arith.constant dense<[[7], [8]]> : tensor<2x1xi32>
  %b = arith.constant dense<1.0> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) zero_point(%zx : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1x3xi8> -> tensor<1x3xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<2x1xf16>) zero_point(%zw : tensor<2x1xi32>)
         as <u4, block = [2, 1], scale = [f16], zero_point = integer> : tensor<3x1xi8> -> tensor<3x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x3xf32>, tensor<3x1xf32>) bias(%b : tensor<1xf32>)
         outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Whole to within the roundings of a scale in f32: 3 * (0.1 * 0.3).
// CHECK-LABEL: @whole_bias
// CHECK: %[[BIAS:.*]] = arith.constant dense<3> : tensor<1xi32>
// CHECK: nibble.contract {{.*}} bias(%[[BIAS]] : tensor<1xi32>)
// CHECK-NOT: arith.addf
func.func @whole_bias(%x: tensor<1x2xi8>) -> tensor<1x1xf32> {
  %sx = arith.constant dense<0.1> : tensor<f32>
  %sw = arith.constant dense<0.3> : tensor<f32>
  %codes = arith.constant dense<5> : tensor<2x1xi8>
  %bias = arith.constant dense<0.09> : tensor<1xf32>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<f32>) as <s8> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<f32>) as <s8> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) bias(%bias : tensor<1xf32>) outs(%init : tensor<1x1xf32>)
         -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// With float activations the filter alone is codes, as are those of a table. One scale for all is written out for each channel.
// CHECK-LABEL: @weight_only
// CHECK: %[[S:.*]] = arith.constant dense<2.500000e-01> : tensor<2x1xf32>
// CHECK: nibble.contract ins(%{{.*}}, %{{.*}} : tensor<1x4xf32>, tensor<2x2xi8>) filter_scales(%[[S]] : tensor<2x1xf32>)
// CHECK-SAME: {filterScheme = #nibble.scheme<nf4, block = [1, 0]>, packedFilterShape = array<i64: 2, 4>, transposeFilter}
func.func @weight_only(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %codes = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %sw = arith.constant dense<0.25> : tensor<f32>
  %init = tensor.empty() : tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<f32>) as <nf4> : tensor<2x2xi8> -> tensor<2x4xf32>
  %y = nibble.contract ins(%x, %1 : tensor<1x4xf32>, tensor<2x4xf32>) outs(%init : tensor<1x2xf32>) {transposeFilter}
         -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// A group of a convolution may be a kernel's place; the row has the codes of all places of a channel.
// CHECK-LABEL: @convolution
// CHECK: nibble.conv ins(%{{.*}}, %{{.*}} : tensor<1x1x4x2xf32>, tensor<2x2xi8>) filter_scales(%{{.*}} : tensor<2x2xf32>)
// CHECK-SAME: filterScheme = #nibble.scheme<s4, block = [1, 2]>
// CHECK-SAME: packedFilterShape = array<i64: 1, 2, 2, 2>
func.func @convolution(%x: tensor<1x1x4x2xf32>) -> tensor<1x1x3x2xf32> {
  %codes = arith.constant dense<[[[[0x21], [0x43]], [[0x65], [0x07]]]]> : tensor<1x2x2x1xi8>
  %sw = arith.constant dense<[[[[0.25, 0.5]], [[1.0, 2.0]]]]> : tensor<1x2x1x2xf32>
  %init = tensor.empty() : tensor<1x1x3x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<1x2x1x2xf32>) as <s4, block = [1, 1, 2, 1]> : tensor<1x2x2x1xi8> -> tensor<1x2x2x2xf32>
  %y = nibble.conv ins(%x, %1 : tensor<1x1x4x2xf32>, tensor<1x2x2x2xf32>) outs(%init : tensor<1x1x3x2xf32>) -> tensor<1x1x3x2xf32>
  return %y : tensor<1x1x3x2xf32>
}

// -----

// CHECK-LABEL: @row_obstacles
// CHECK: nibble.conv {{.*}} {nibble.float = "blocks of 4 along the reduction do not end with the 2 channels of a place of the kernel"}
// CHECK: nibble.conv {{.*}} {nibble.float = "the blocks of its filter do not divide the elements that are summed"}
// CHECK: nibble.conv {{.*}} {groups = 2 : i64, nibble.float = "it is depthwise, and the codes of its filter are not of 8 bits with a scale for each channel"}
// CHECK: nibble.conv {{.*}} {nibble.float = "the scales of its filter are computed at run time"}
func.func @row_obstacles(%x: tensor<1x1x4x2xf32>, %scale: tensor<f32>)
    -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %codes = arith.constant dense<1> : tensor<1x3x2x1xi8>
  %depthwise_codes = arith.constant dense<1> : tensor<1x3x1x1xi8>
  %one = arith.constant dense<1.0> : tensor<1x2x1x2xf32>
  %scalar = arith.constant dense<1.0> : tensor<f32>
  %init = tensor.empty() : tensor<1x1x2x2xf32>
  %0 = nibble.dequantize %codes scale(%one : tensor<1x2x1x2xf32>) as <s4, block = [0, 2, 0, 1]> : tensor<1x3x2x1xi8> -> tensor<1x3x2x2xf32>
  %a = nibble.conv ins(%x, %0 : tensor<1x1x4x2xf32>, tensor<1x3x2x2xf32>) outs(%init : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %three = arith.constant dense<1.0> : tensor<1x3x2x2xf32>
  %wide = arith.constant dense<1> : tensor<1x3x3x1xi8>
  %scales = arith.constant dense<1.0> : tensor<1x3x2x2xf32>
  %x3 = tensor.empty() : tensor<1x1x4x3xf32>
  %1 = nibble.dequantize %wide scale(%scales : tensor<1x3x2x2xf32>) as <s4, block = [0, 1, 2, 1]> : tensor<1x3x3x1xi8> -> tensor<1x3x3x2xf32>
  %b = nibble.conv ins(%x3, %1 : tensor<1x1x4x3xf32>, tensor<1x3x3x2xf32>) outs(%init : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %2 = nibble.dequantize %depthwise_codes scale(%scalar : tensor<f32>) as <s4> : tensor<1x3x1x1xi8> -> tensor<1x3x1x2xf32>
  %c = nibble.conv ins(%x, %2 : tensor<1x1x4x2xf32>, tensor<1x3x1x2xf32>) outs(%init : tensor<1x1x2x2xf32>) {groups = 2 : i64}
         -> tensor<1x1x2x2xf32>
  %3 = nibble.dequantize %codes scale(%scale : tensor<f32>) as <s4> : tensor<1x3x2x1xi8> -> tensor<1x3x2x2xf32>
  %d = nibble.conv ins(%x, %3 : tensor<1x1x4x2xf32>, tensor<1x3x2x2xf32>) outs(%init : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  return %a, %b, %c, %d : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// -----

// Codes of the filter next to a float input.
// CHECK-LABEL: @wide_weights
// CHECK: nibble.contract ins(%{{.*}}, %{{.*}} : tensor<1x2xf32>, tensor<1x2xi8>)
// CHECK-SAME: nibble.float = "its weights less their zero point do not fit signed bytes"
func.func @wide_weights(%x: tensor<1x2xi8>) -> tensor<1x1xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<100> : tensor<i32>
  %codes = arith.constant dense<255> : tensor<2x1xi8>
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.dequantize %x scale(%s : tensor<f32>) as <s8> : tensor<1x2xi8> -> tensor<1x2xf32>
  %1 = nibble.dequantize %codes scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

#id = affine_map<(b, h, m, n) -> (b, h, m, n)>
#mask = affine_map<(b, h, m, n) -> (b, n)>

// A mask of each batch is an epilogue operand with sizes of 1.
// CHECK-LABEL: @mask
// CHECK-SAME: %[[MASK:[a-z0-9]*]]: tensor<2x7xf32>)
// CHECK: %[[M:.*]] = tensor.expand_shape %[[MASK]] {{.*}} into tensor<2x1x1x7xf32>
// CHECK: nibble.contract {{.*}} with(%[[M]] : tensor<2x1x1x7xf32>)
// CHECK-NOT: linalg.generic
func.func @mask(%x: tensor<2x3x5x4xf32>, %w: tensor<2x3x4x7xf32>, %mask: tensor<2x7xf32>) -> tensor<2x3x5x7xf32> {
  %init = tensor.empty() : tensor<2x3x5x7xf32>
  %y = nibble.contract ins(%x, %w : tensor<2x3x5x4xf32>, tensor<2x3x4x7xf32>) outs(%init : tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  %z = linalg.generic {indexing_maps = [#id, #mask, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%y, %mask : tensor<2x3x5x7xf32>, tensor<2x7xf32>) outs(%init : tensor<2x3x5x7xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x3x5x7xf32>
  return %z : tensor<2x3x5x7xf32>
}

// -----

#map = affine_map<(d0, d1) -> (d0, d1)>

// Scales from run time follow the filter's, and the bias follows them, whole number of units or not; the result is in units of its scale.
// CHECK-LABEL: @row_scales
// CHECK-SAME: (%[[X:.*]]: tensor<3x2xi8>, %[[S:.*]]: tensor<3x1xf32>)
// CHECK-DAG: %[[M:.*]] = arith.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[B:.*]] = arith.constant dense<[8.000000e+00, 1.600000e+01]> : tensor<2xf32>
// CHECK: nibble.contract ins(%[[X]], %{{.*}} : tensor<3x2xi8>, tensor<2x2xi8>) with(%[[M]], %[[S]], %[[B]] : tensor<2xf32>, tensor<3x1xf32>, tensor<2xf32>)
// CHECK-SAME: filterScheme = #nibble.scheme<s8 narrow, block = [0, 1]>, inputScheme = #nibble.scheme<s8 narrow>
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[FILTER:.*]]: f32, %[[ROW:.*]]: f32, %[[BIAS:.*]]: f32):
// CHECK: %[[F:.*]] = arith.sitofp %[[ACC]]
// CHECK: %[[A:.*]] = arith.mulf %[[F]], %[[FILTER]]
// CHECK: %[[P:.*]] = arith.mulf %[[A]], %[[ROW]]
// CHECK: %[[Y:.*]] = arith.addf %[[P]], %[[BIAS]]
// CHECK: arith.maxnumf %[[Y]]
func.func @row_scales(%x: tensor<3x2xi8>, %rows: tensor<3x1xf32>) -> tensor<3x2xi8> {
  %s = arith.constant dense<0.125> : tensor<f32>
  %codes = arith.constant dense<[[127, 1], [-64, 2]]> : tensor<2x2xi8>
  %sw = arith.constant dense<[[0.25, 0.5]]> : tensor<1x2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<3x2xf32>
  %0 = nibble.dequantize %x scale(%rows : tensor<3x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<3x2xi8> -> tensor<3x2xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<1x2xf32>) as <s8 narrow, block = [0, 1]> : tensor<2x2xi8> -> tensor<2x2xf32>
  %y = nibble.contract ins(%0, %1 : tensor<3x2xf32>, tensor<2x2xf32>) bias(%b : tensor<2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  %q = nibble.quantize %y scale(%s : tensor<f32>) as <s8 narrow> : tensor<3x2xf32> -> tensor<3x2xi8>
  return %q : tensor<3x2xi8>
}

// -----

// Scales of both activations, those of the filter along the last dimension of the result; a filter for all batches.
// CHECK-LABEL: @row_scales_of_both
// CHECK-SAME: %[[A:[a-z0-9]*]]: tensor<2x3x1xf32>, %[[B:[a-z0-9]*]]: tensor<5x1xf32>
// CHECK: %[[C:.*]] = tensor.expand_shape %{{.*}} into tensor<1x1x5xf32>
// CHECK: nibble.contract ins({{.*}} : tensor<2x3x4xi8>, tensor<5x4xi8>) with(%[[A]], %[[C]] : tensor<2x3x1xf32>, tensor<1x1x5xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: i32, %[[ROW:.*]]: f32, %[[COLUMN:.*]]: f32):
// CHECK: %[[F:.*]] = arith.sitofp %[[ACC]]
// CHECK: %[[P:.*]] = arith.mulf %[[F]], %[[ROW]]
// CHECK: %[[Q:.*]] = arith.mulf %[[P]], %[[COLUMN]]
// CHECK: nibble.yield %[[Q]]
func.func @row_scales_of_both(%x: tensor<2x3x4xi8>, %w: tensor<5x4xi8>, %sx: tensor<2x3x1xf32>, %sw: tensor<5x1xf32>) -> tensor<2x3x5xf32> {
  %init = tensor.empty() : tensor<2x3x5xf32>
  %0 = nibble.dequantize %x scale(%sx : tensor<2x3x1xf32>) as <s8 narrow, block = [1, 1, 0]> : tensor<2x3x4xi8> -> tensor<2x3x4xf32>
  %1 = nibble.dequantize %w scale(%sw : tensor<5x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<5x4xi8> -> tensor<5x4xf32>
  %y = nibble.contract ins(%0, %1 : tensor<2x3x4xf32>, tensor<5x4xf32>) outs(%init : tensor<2x3x5xf32>) {transposeFilter} -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}

// -----

// Blocks of a filter are summed in units of the input's scale, whatever that is.
// CHECK-LABEL: @row_scales_and_groups
// CHECK: nibble.contract ins(%{{.*}} : tensor<3x4xi8>, tensor<1x2xi8>) filter_scales(%{{.*}} : tensor<1x2xf16>) with(%{{.*}} : tensor<3x1xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[ROW:.*]]: f32):
// CHECK: %[[P:.*]] = arith.mulf %[[ACC]], %[[ROW]]
// CHECK: %[[Y:.*]] = arith.addf %[[P]], %{{.*}}
func.func @row_scales_and_groups(%x: tensor<3x4xi8>, %rows: tensor<3x1xf32>) -> tensor<3x1xf32> {
  %codes = arith.constant dense<[[1], [2], [3], [4]]> : tensor<4x1xi8>
  %sw = arith.constant dense<[[0.5], [0.25]]> : tensor<2x1xf16>
  %b = arith.constant dense<0.3> : tensor<1xf32>
  %init = tensor.empty() : tensor<3x1xf32>
  %0 = nibble.dequantize %x scale(%rows : tensor<3x1xf32>) as <s8 narrow, block = [1, 0]> : tensor<3x4xi8> -> tensor<3x4xf32>
  %1 = nibble.dequantize %codes scale(%sw : tensor<2x1xf16>) as <s4, block = [2, 1], scale = [f16]> : tensor<4x1xi8> -> tensor<4x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<3x4xf32>, tensor<4x1xf32>) bias(%b : tensor<1xf32>) outs(%init : tensor<3x1xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// -----

// Blocks that are not rows have no scale for a whole sum.
// CHECK-LABEL: @scales_inside_of_sums
// CHECK: nibble.contract ins(%{{.*}} : tensor<3x2xf32>, tensor<2x1xf32>)
func.func @scales_inside_of_sums(%x: tensor<3x2xi8>, %scales: tensor<3x2xf32>, %w: tensor<2x1xi8>, %sw: tensor<f32>) -> tensor<3x1xf32> {
  %init = tensor.empty() : tensor<3x1xf32>
  %0 = nibble.dequantize %x scale(%scales : tensor<3x2xf32>) as <s8 narrow, block = [1, 1]> : tensor<3x2xi8> -> tensor<3x2xf32>
  %1 = nibble.dequantize %w scale(%sw : tensor<f32>) as <s8 narrow> : tensor<2x1xi8> -> tensor<2x1xf32>
  %y = nibble.contract ins(%0, %1 : tensor<3x2xf32>, tensor<2x1xf32>) outs(%init : tensor<3x1xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}
