// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-fold-constants{max-growth=64}))' | FileCheck %s

// CHECK-LABEL: func.func @transpose
//       CHECK: %[[T:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
//       CHECK: return %[[T]]
func.func @transpose() -> tensor<2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<2x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>) permutation = [1, 0]
  return %t : tensor<2x2xf32>
}

// -----

// A chain with a reduction that starts from a fill and a body that uses a constant from outside.
#id = affine_map<(i) -> (i)>
// CHECK-LABEL: func.func @chain
//       CHECK: %[[C:.*]] = arith.constant dense<[6.000000e+00, 1.400000e+01]> : tensor<2xf32>
//       CHECK: return %[[C]]
func.func @chain() -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %square = tensor.expand_shape %w [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  %empty = tensor.empty() : tensor<2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<2xf32>) -> tensor<2xf32>
  %sum = linalg.reduce {arith.addf} ins(%square : tensor<2x2xf32>) outs(%zeros : tensor<2xf32>) dimensions = [1]
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%sum : tensor<2xf32>) outs(%empty : tensor<2xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.mulf %a, %two : f32
    linalg.yield %m : f32
  } -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

// Results out of proportion, fills, and ops of values that are not constant stay.
// CHECK-LABEL: func.func @near_misses
//       CHECK: linalg.broadcast
//       CHECK: linalg.fill
//       CHECK: linalg.transpose
func.func @near_misses(%x: tensor<2x3xf32>) -> (tensor<100xf32>, tensor<4xf32>, tensor<3x2xf32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %large = tensor.empty() : tensor<100xf32>
  %b = linalg.broadcast ins(%one : tensor<f32>) outs(%large : tensor<100xf32>) dimensions = [0]
  %small = tensor.empty() : tensor<4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%small : tensor<4xf32>) -> tensor<4xf32>
  %empty = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%empty : tensor<3x2xf32>) permutation = [1, 0]
  return %b, %zeros, %t : tensor<100xf32>, tensor<4xf32>, tensor<3x2xf32>
}

// -----

// Weights that came in codes stay in codes.
// CHECK-LABEL: func.func @codes
//       CHECK: nibble.dequantize
func.func @codes() -> tensor<2xf32> {
  %codes = arith.constant dense<[1, 2]> : tensor<2xi8>
  %s = arith.constant dense<0.5> : tensor<f32>
  %w = nibble.dequantize %codes scale(%s : tensor<f32>) as <s8> : tensor<2xi8> -> tensor<2xf32>
  return %w : tensor<2xf32>
}
