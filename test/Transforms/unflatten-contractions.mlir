// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-unflatten-contractions))' | FileCheck %s

#id = affine_map<(b, m, n) -> (b, m, n)>
// CHECK-LABEL: func.func @rows
//  CHECK-SAME: (%[[X:.*]]: tensor<6x4xf32>, %[[W:.*]]: tensor<4x5xf32>)
//       CHECK: %[[Y:.*]] = tensor.expand_shape %[[X]] {{\[}}[0, 1], [2]] output_shape [2, 3, 4]
//       CHECK: %[[R:.*]] = nibble.contract ins(%[[Y]], %[[W]] : tensor<2x3x4xf32>, tensor<4x5xf32>)
//  CHECK-SAME:   outs(%{{.*}} : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
//       CHECK: linalg.generic {{.*}} ins(%[[R]] : tensor<2x3x5xf32>)
func.func @rows(%x: tensor<6x4xf32>, %w: tensor<4x5xf32>) -> tensor<2x3x5xf32> {
  %init = tensor.empty() : tensor<6x5xf32>
  %r = nibble.contract ins(%x, %w : tensor<6x4xf32>, tensor<4x5xf32>) outs(%init : tensor<6x5xf32>) -> tensor<6x5xf32>
  %e = tensor.expand_shape %r [[0, 1], [2]] output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
  %empty = tensor.empty() : tensor<2x3x5xf32>
  %g = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%e : tensor<2x3x5xf32>) outs(%empty : tensor<2x3x5xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<2x3x5xf32>
  return %g : tensor<2x3x5xf32>
}

// -----

// Each matrix of the batch has a filter: its dimensions are split, too.
#id = affine_map<(b, h, m, n) -> (b, h, m, n)>
// CHECK-LABEL: func.func @batch
//  CHECK-SAME: (%[[X:.*]]: tensor<2x3x7x4xf32>, %[[W:.*]]: tensor<6x4x5xf32>)
//       CHECK: %[[F:.*]] = tensor.expand_shape %[[W]] {{\[}}[0, 1], [2], [3]] output_shape [2, 3, 4, 5]
//       CHECK: nibble.contract ins(%[[X]], %[[F]] : tensor<2x3x7x4xf32>, tensor<2x3x4x5xf32>)
//  CHECK-SAME:   -> tensor<2x3x7x5xf32>
func.func @batch(%x: tensor<2x3x7x4xf32>, %w: tensor<6x4x5xf32>) -> tensor<2x3x7x5xf32> {
  %flat = tensor.collapse_shape %x [[0, 1], [2], [3]] : tensor<2x3x7x4xf32> into tensor<6x7x4xf32>
  %init = tensor.empty() : tensor<6x7x5xf32>
  %r = nibble.contract ins(%flat, %w : tensor<6x7x4xf32>, tensor<6x4x5xf32>) outs(%init : tensor<6x7x5xf32>) -> tensor<6x7x5xf32>
  %e = tensor.expand_shape %r [[0, 1], [2], [3]] output_shape [2, 3, 7, 5] : tensor<6x7x5xf32> into tensor<2x3x7x5xf32>
  %empty = tensor.empty() : tensor<2x3x7x5xf32>
  %g = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%e : tensor<2x3x7x5xf32>) outs(%empty : tensor<2x3x7x5xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<2x3x7x5xf32>
  return %g : tensor<2x3x7x5xf32>
}

// -----

// Rows that one filter is for can not go into two matrices; split channels are no channels; nothing elementwise reads the last one.
#id = affine_map<(b, m, n) -> (b, m, n)>
#four = affine_map<(b, h, m, n) -> (b, h, m, n)>
// CHECK-LABEL: func.func @near_misses
//       CHECK: nibble.contract {{.*}} -> tensor<2x6x5xf32>
//       CHECK: nibble.contract {{.*}} -> tensor<6x4xf32>
//       CHECK: nibble.contract {{.*}} -> tensor<6x5xf32>
func.func @near_misses(%x: tensor<2x6x4xf32>, %v: tensor<2x4x5xf32>, %y: tensor<6x4xf32>, %w: tensor<4x4xf32>, %u: tensor<4x5xf32>)
    -> (tensor<2x2x3x5xf32>, tensor<6x2x2xf32>, tensor<2x3x5xf32>) {
  %init = tensor.empty() : tensor<2x6x5xf32>
  %r = nibble.contract ins(%x, %v : tensor<2x6x4xf32>, tensor<2x4x5xf32>) outs(%init : tensor<2x6x5xf32>) -> tensor<2x6x5xf32>
  %e = tensor.expand_shape %r [[0], [1, 2], [3]] output_shape [2, 2, 3, 5] : tensor<2x6x5xf32> into tensor<2x2x3x5xf32>
  %empty = tensor.empty() : tensor<2x2x3x5xf32>
  %g = linalg.generic {indexing_maps = [#four, #four], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%e : tensor<2x2x3x5xf32>) outs(%empty : tensor<2x2x3x5xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<2x2x3x5xf32>
  %init1 = tensor.empty() : tensor<6x4xf32>
  %r1 = nibble.contract ins(%y, %w : tensor<6x4xf32>, tensor<4x4xf32>) outs(%init1 : tensor<6x4xf32>) -> tensor<6x4xf32>
  %e1 = tensor.expand_shape %r1 [[0], [1, 2]] output_shape [6, 2, 2] : tensor<6x4xf32> into tensor<6x2x2xf32>
  %empty1 = tensor.empty() : tensor<6x2x2xf32>
  %g1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%e1 : tensor<6x2x2xf32>) outs(%empty1 : tensor<6x2x2xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<6x2x2xf32>
  %init2 = tensor.empty() : tensor<6x5xf32>
  %r2 = nibble.contract ins(%y, %u : tensor<6x4xf32>, tensor<4x5xf32>) outs(%init2 : tensor<6x5xf32>) -> tensor<6x5xf32>
  %e2 = tensor.expand_shape %r2 [[0, 1], [2]] output_shape [2, 3, 5] : tensor<6x5xf32> into tensor<2x3x5xf32>
  return %g, %g1, %e2 : tensor<2x2x3x5xf32>, tensor<6x2x2xf32>, tensor<2x3x5xf32>
}
