// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-lower-quantize-ops,canonicalize))' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-lower-quantize-ops))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: @dequantize
// CHECK-SAME: %[[Q:.*]]: tensor<8xi8>
// CHECK: %[[S:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: linalg.generic {{.*}} ins(%[[Q]] : tensor<8xi8>)
// CHECK: %[[WIDE:.*]] = arith.extsi
// CHECK: %[[REAL:.*]] = arith.sitofp %[[WIDE]]
// CHECK: arith.mulf %[[REAL]], %[[S]]
func.func @dequantize(%q: tensor<8xi8>) -> tensor<8xf32> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8 narrow> : tensor<8xi8> -> tensor<8xf32>
  return %x : tensor<8xf32>
}

// -----

// The clamp is in float, in front of the rounding; NaN is zero.
// CHECK-LABEL: @quantize
// CHECK-DAG: %[[LOW:.*]] = arith.constant -1.000000e+02 : f32
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 1.550000e+02 : f32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[S:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG: %[[Z:.*]] = arith.constant 100 : i32
// CHECK: %[[QUOTIENT:.*]] = arith.divf %{{.*}}, %[[S]]
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[QUOTIENT]], %[[QUOTIENT]]
// CHECK: %[[CLEAN:.*]] = arith.select %[[NAN]], %[[ZERO]], %[[QUOTIENT]]
// CHECK: %[[A:.*]] = arith.maxnumf %[[CLEAN]], %[[LOW]]
// CHECK: %[[B:.*]] = arith.minnumf %[[A]], %[[HIGH]]
// CHECK: %[[R:.*]] = math.roundeven %[[B]]
// CHECK: %[[I:.*]] = arith.fptosi %[[R]]
// CHECK: %[[C:.*]] = arith.addi %[[I]], %[[Z]]
// CHECK: arith.trunci %[[C]] : i32 to i8
func.func @quantize(%x: tensor<8xf32>) -> tensor<8xi8> {
  %s = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<100> : tensor<i32>
  %q = nibble.quantize %x scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<8xf32> -> tensor<8xi8>
  return %q : tensor<8xi8>
}

// -----

// CHECK-LABEL: @requantize
// CHECK: arith.extui
// CHECK: arith.subi
// CHECK: arith.sitofp
// CHECK: arith.mulf
// CHECK: arith.trunci
func.func @requantize(%x: tensor<8xi8>) -> tensor<8xi8> {
  %m = arith.constant dense<0.5> : tensor<f32>
  %z = arith.constant dense<100> : tensor<i32>
  %q = nibble.requantize %x multiplier(%m : tensor<f32>) input_zero_point(%z : tensor<i32>)
         from <u8, zero_point = integer> to <s8 narrow> : tensor<8xi8> -> tensor<8xi8>
  return %q : tensor<8xi8>
}

// -----

// Multiplier and shift of a fixed-point rounding: constants are known in the body, others are operands.
// CHECK-LABEL: @fixed_point
// CHECK-SAME: %{{.*}}: tensor<8xi8>, %[[M:.*]]: tensor<2xi32>
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<8xi8>)
// CHECK: arith.muli %{{.*}}, %{{.*}} : i64
// CHECK: arith.shrsi %{{.*}}, %{{.*}} : i64
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: arith.trunci %{{.*}} : i64 to i8
// CHECK: %[[MULTIPLIER:.*]] = tensor.extract_slice %[[M]][0] [1] [1] : tensor<2xi32> to tensor<i32>
// CHECK: %[[SHIFT:.*]] = tensor.extract_slice %[[M]][1] [1] [1] : tensor<2xi32> to tensor<i32>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[MULTIPLIER]], %[[SHIFT]] : tensor<8xi8>, tensor<i32>, tensor<i32>)
func.func @fixed_point(%x: tensor<8xi8>, %m: tensor<2xi32>) -> tensor<8xi8> {
  %tosa = arith.constant dense<[1717986918, 34]> : tensor<2xi32>
  %q = nibble.requantize %x multiplier(%tosa : tensor<2xi32>) from <u8> to <s8, rounding = tosa> : tensor<8xi8> -> tensor<8xi8>
  %r = nibble.requantize %q multiplier(%m : tensor<2xi32>) from <s8> to <s8, rounding = tflite_double> : tensor<8xi8> -> tensor<8xi8>
  return %r : tensor<8xi8>
}

// -----

// Scales that are not the same for all elements are an operand, by block.
// CHECK-DAG: #[[PARAM:.*]] = affine_map<(d0, d1) -> (d0, d1 floordiv 4)>
// CHECK-LABEL: @groups
// CHECK-SAME: %[[Q:.*]]: tensor<2x8xi8>, %[[S:.*]]: tensor<2x2xf32>
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[PARAM]], #{{.*}}]{{.*}} ins(%[[Q]], %[[S]] :
func.func @groups(%q: tensor<2x8xi8>, %s: tensor<2x2xf32>) -> tensor<2x8xf32> {
  %x = nibble.dequantize %q scale(%s : tensor<2x2xf32>) as <s8 narrow, block = [1, 4]> : tensor<2x8xi8> -> tensor<2x8xf32>
  return %x : tensor<2x8xf32>
}

// -----

// CHECK-LABEL: @half_away
// CHECK: math.round %
func.func @half_away(%x: tensor<?xf16>, %s: tensor<f32>) -> tensor<?xi8> {
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8, rounding = half_away_from_zero> : tensor<?xf16> -> tensor<?xi8>
  return %q : tensor<?xi8>
}

// -----

// Blocks of 4 along 10: the last one is filled up with zeros.
// CHECK-LABEL: @choose_params
// CHECK-SAME: %[[X:.*]]: tensor<2x10xf32>
// CHECK: %[[PADDED:.*]] = tensor.pad %[[X]] low[0, 0] high[0, 2]
// CHECK: %[[BLOCKS:.*]] = tensor.expand_shape %[[PADDED]] {{\[\[}}0], [1, 2]] output_shape [2, 3, 4]
// CHECK: %[[LOW:.*]] = linalg.generic {{.*}}iterator_types = ["reduction", "parallel", "reduction"]} ins(%[[BLOCKS]] : tensor<2x3x4xf32>)
// CHECK: arith.cmpf olt
// CHECK: %[[HIGH:.*]] = linalg.generic {{.*}} ins(%[[BLOCKS]] :
// CHECK: arith.cmpf ogt
// CHECK: %[[PARAMS:.*]]:2 = linalg.generic {{.*}} ins(%[[LOW]], %[[HIGH]] : tensor<3xf32>, tensor<3xf32>)
// CHECK: tensor.expand_shape %[[PARAMS]]#0 {{\[\[}}0, 1]] output_shape [1, 3] : tensor<3xf32> into tensor<1x3xf32>
// CHECK: tensor.expand_shape %[[PARAMS]]#1
func.func @choose_params(%x: tensor<2x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xi32>) {
  %s, %z = nibble.choose_params %x as <u8, block = [0, 4], zero_point = integer> : tensor<2x10xf32> -> tensor<1x3xf32> zero_point tensor<1x3xi32>
  return %s, %z : tensor<1x3xf32>, tensor<1x3xi32>
}

// -----

// Without a zero point the largest magnitude is all that is needed.
// CHECK-LABEL: @choose_scales
// CHECK: %[[M:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%{{.*}} : tensor<4x10xf32>) outs(%{{.*}} : tensor<4xf32>)
// CHECK: ^bb0(%[[X:.*]]: f32, %[[BEFORE:.*]]: f32):
// CHECK: %[[ABS:.*]] = math.absf %[[X]]
// CHECK: %[[MAX:.*]] = arith.maxnumf %[[ABS]], %[[BEFORE]]
// CHECK: linalg.yield %[[MAX]]
// CHECK: linalg.generic {{.*}} ins(%[[M]] : tensor<4xf32>) outs(%{{.*}} : tensor<4xf32>)
// CHECK-NOT: linalg.generic
func.func @choose_scales(%x: tensor<4x10xf32>) -> tensor<4x1xf32> {
  %s = nibble.choose_params %x as <s8 narrow, block = [1, 0]> : tensor<4x10xf32> -> tensor<4x1xf32>
  return %s : tensor<4x1xf32>
}

// -----

// A convolution of floats needs a filter that is known.
// CHECK-LABEL: @filter
// CHECK: %[[W:.*]] = arith.constant dense<{{.*}}5.000000e-01{{.*}}-1.000000e+00{{.*}}> : tensor<1x1x1x2xf32>
// CHECK: nibble.conv ins(%{{.*}}, %[[W]] :
// REMARK: remark: {{.*}}[Missed] decoded | Category:nibble-lower-quantize-ops |
// REMARK-SAME: Elements=2, Reason="no kernel reads them as #nibble.scheme<s8>", Remark="'nibble.conv' has its weights stored as floats"
func.func @filter(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32> {
  %codes = arith.constant dense<[[[[1, -2]]]]> : tensor<1x1x1x2xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %w = nibble.dequantize %codes scale(%s : tensor<f32>) as <s8> : tensor<1x1x1x2xi8> -> tensor<1x1x1x2xf32> loc("w")
  %init = tensor.empty() : tensor<1x2x2x2xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x2x2x1xf32>, tensor<1x1x1x2xf32>) outs(%init : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}
