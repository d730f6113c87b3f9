// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-raise-contractions))' | FileCheck %s

// CHECK-LABEL: func.func @padded_nchw
//  CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x8xf32>, %[[W:.*]]: tensor<16x3x3x3xf32>)
//   CHECK-DAG: %[[NHWC:.*]] = linalg.transpose ins(%[[X]] : {{.*}} permutation = [0, 2, 3, 1]
//   CHECK-DAG: %[[HWCF:.*]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [2, 3, 1, 0]
//       CHECK: %[[CONV:.*]] = nibble.conv ins(%[[NHWC]], %[[HWCF]] : tensor<1x8x8x3xf32>, tensor<3x3x3x16xf32>)
//  CHECK-SAME:   padding = array<i64: 1, 1, 1, 1>
//       CHECK: %[[Y:.*]] = linalg.transpose ins(%[[CONV]] : {{.*}} permutation = [0, 3, 1, 2]
//       CHECK: return %[[Y]]
func.func @padded_nchw(%x: tensor<1x3x8x8xf32>, %w: tensor<16x3x3x3xf32>) -> tensor<1x16x8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%n: index, %c: index, %h: index, %v: index):
    tensor.yield %zero : f32
  } : tensor<1x3x8x8xf32> to tensor<1x3x10x10xf32>
  %empty = tensor.empty() : tensor<1x16x8x8xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%padded, %w : tensor<1x3x10x10xf32>, tensor<16x3x3x3xf32>)
         outs(%zeros : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %y : tensor<1x16x8x8xf32>
}

// -----

// A bias that the sum starts from, strides and dilations.
// CHECK-LABEL: func.func @bias_strides
//  CHECK-SAME: (%[[X:.*]]: tensor<2x9x9x4xf32>, %[[W:.*]]: tensor<3x3x4x8xf32>, %[[B:.*]]: tensor<8xf32>)
//       CHECK: nibble.conv ins(%[[X]], %[[W]] : {{.*}}) bias(%[[B]] : tensor<8xf32>)
//  CHECK-SAME:   dilations = array<i64: 2, 1>
//  CHECK-SAME:   strides = array<i64: 1, 2>
//   CHECK-NOT: linalg
func.func @bias_strides(%x: tensor<2x9x9x4xf32>, %w: tensor<3x3x4x8xf32>, %b: tensor<8xf32>) -> tensor<2x5x4x8xf32> {
  %empty = tensor.empty() : tensor<2x5x4x8xf32>
  %start = linalg.broadcast ins(%b : tensor<8xf32>) outs(%empty : tensor<2x5x4x8xf32>) dimensions = [0, 1, 2]
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[1, 2]> : tensor<2xi64>, dilations = dense<[2, 1]> : tensor<2xi64>}
         ins(%x, %w : tensor<2x9x9x4xf32>, tensor<3x3x4x8xf32>) outs(%start : tensor<2x5x4x8xf32>) -> tensor<2x5x4x8xf32>
  return %y : tensor<2x5x4x8xf32>
}

// -----

// Groups: the shapes around the linalg op cancel.
// CHECK-LABEL: func.func @groups
//  CHECK-SAME: (%[[X:.*]]: tensor<1x8x6x6xf32>, %[[W:.*]]: tensor<6x4x3x3xf32>)
//   CHECK-DAG: %[[NHWC:.*]] = linalg.transpose ins(%[[X]] : {{.*}} permutation = [0, 2, 3, 1]
//   CHECK-DAG: %[[HWCF:.*]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [2, 3, 1, 0]
//       CHECK: nibble.conv ins(%[[NHWC]], %[[HWCF]] : tensor<1x6x6x8xf32>, tensor<3x3x4x6xf32>) {{.*}}groups = 2 : i64
//   CHECK-NOT: tensor.expand_shape
//   CHECK-NOT: tensor.collapse_shape
func.func @groups(%x: tensor<1x8x6x6xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x4x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x2x3x4x4xf32>
  %x5 = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [1, 2, 4, 6, 6] : tensor<1x8x6x6xf32> into tensor<1x2x4x6x6xf32>
  %w5 = tensor.expand_shape %w [[0, 1], [2], [3], [4]] output_shape [2, 3, 4, 3, 3] : tensor<6x4x3x3xf32> into tensor<2x3x4x3x3xf32>
  %y5 = linalg.conv_2d_ngchw_gfchw ins(%x5, %w5 : tensor<1x2x4x6x6xf32>, tensor<2x3x4x3x3xf32>)
          outs(%zeros : tensor<1x2x3x4x4xf32>) -> tensor<1x2x3x4x4xf32>
  %y = tensor.collapse_shape %y5 [[0], [1, 2], [3], [4]] : tensor<1x2x3x4x4xf32> into tensor<1x6x4x4xf32>
  return %y : tensor<1x6x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @depthwise_nchw
//  CHECK-SAME: (%[[X:.*]]: tensor<1x8x6x6xf32>, %[[W:.*]]: tensor<8x3x3xf32>)
//       CHECK: %[[HWC:.*]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [1, 2, 0]
//       CHECK: %[[HW1C:.*]] = tensor.expand_shape %[[HWC]] {{.*}} into tensor<3x3x1x8xf32>
//       CHECK: nibble.conv ins(%{{.*}}, %[[HW1C]] : {{.*}}groups = 8 : i64
func.func @depthwise_nchw(%x: tensor<1x8x6x6xf32>, %w: tensor<8x3x3xf32>) -> tensor<1x8x4x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x8x4x4xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw ins(%x, %w : tensor<1x8x6x6xf32>, tensor<8x3x3xf32>)
         outs(%zeros : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @depthwise_multiplier
//       CHECK: nibble.conv ins(%{{.*}}, %{{.*}} : tensor<1x6x6x8xf32>, tensor<3x3x1x16xf32>) {{.*}}groups = 8 : i64
//       CHECK: tensor.expand_shape {{.*}} into tensor<1x4x4x8x2xf32>
func.func @depthwise_multiplier(%x: tensor<1x6x6x8xf32>, %w: tensor<3x3x8x2xf32>) -> tensor<1x4x4x8x2xf32> {
  %zeros = arith.constant dense<0.0> : tensor<1x4x4x8x2xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwcm ins(%x, %w : tensor<1x6x6x8xf32>, tensor<3x3x8x2xf32>)
         outs(%zeros : tensor<1x4x4x8x2xf32>) -> tensor<1x4x4x8x2xf32>
  return %y : tensor<1x4x4x8x2xf32>
}

// -----

// CHECK-LABEL: func.func @matmul_transposed_filter
//  CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<5x8xf32>)
//       CHECK: nibble.contract ins(%[[X]], %[[W]] : {{.*}} {transposeFilter}
//   CHECK-NOT: linalg
func.func @matmul_transposed_filter(%x: tensor<4x8xf32>, %w: tensor<5x8xf32>) -> tensor<4x5xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x5xf32>
  %empty = tensor.empty() : tensor<8x5xf32>
  %wt = linalg.transpose ins(%w : tensor<5x8xf32>) outs(%empty : tensor<8x5xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %wt : tensor<4x8xf32>, tensor<8x5xf32>) outs(%zeros : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
// CHECK-LABEL: func.func @matmul_maps
//       CHECK: nibble.contract {{.*}} {transposeFilter}
func.func @matmul_maps(%x: tensor<4x8xf32>, %w: tensor<5x8xf32>) -> tensor<4x5xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x5xf32>
  %y = linalg.matmul indexing_maps = [#a, #b, #c] ins(%x, %w : tensor<4x8xf32>, tensor<5x8xf32>)
         outs(%zeros : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// -----

// CHECK-LABEL: func.func @batch_shared_filter
//  CHECK-SAME: (%[[X:.*]]: tensor<2x4x8xf32>, %[[W:.*]]: tensor<8x5xf32>)
//       CHECK: nibble.contract ins(%[[X]], %[[W]] : tensor<2x4x8xf32>, tensor<8x5xf32>)
//   CHECK-NOT: linalg
func.func @batch_shared_filter(%x: tensor<2x4x8xf32>, %w: tensor<8x5xf32>) -> tensor<2x4x5xf32> {
  %zeros = arith.constant dense<0.0> : tensor<2x4x5xf32>
  %empty = tensor.empty() : tensor<2x8x5xf32>
  %all = linalg.broadcast ins(%w : tensor<8x5xf32>) outs(%empty : tensor<2x8x5xf32>) dimensions = [0]
  %y = linalg.batch_matmul ins(%x, %all : tensor<2x4x8xf32>, tensor<2x8x5xf32>) outs(%zeros : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  return %y : tensor<2x4x5xf32>
}

// -----

// CHECK-LABEL: func.func @pooling
//       CHECK: linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
//       CHECK: linalg.fill {{.*}} tensor<1x4x4x3xf32>
//       CHECK: linalg.pooling_nhwc_max {{.*}}strides = dense<2>
//       CHECK: linalg.transpose {{.*}} permutation = [0, 3, 1, 2]
func.func @pooling(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %empty = tensor.empty() : tensor<1x3x4x4xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %init = linalg.fill ins(%lowest : f32) outs(%empty : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %y = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
         ins(%x, %window : tensor<1x3x8x8xf32>, tensor<2x2xf32>) outs(%init : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// -----

// Padding with ones stays, and so does a sum that starts from some tensor.
// CHECK-LABEL: func.func @near_misses
//       CHECK: tensor.pad
//       CHECK: nibble.conv {{.*}} : tensor<1x6x6x4xf32>
//       CHECK: linalg.matmul
func.func @near_misses(%x: tensor<1x4x4x4xf32>, %w: tensor<3x3x4x8xf32>, %a: tensor<4x8xf32>, %b: tensor<8x5xf32>,
                       %c: tensor<4x5xf32>) -> (tensor<1x4x4x8xf32>, tensor<4x5xf32>) {
  %one = arith.constant 1.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<1x4x4x8xf32>
  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %v: index, %c0: index):
    tensor.yield %one : f32
  } : tensor<1x4x4x4xf32> to tensor<1x6x6x4xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%padded, %w : tensor<1x6x6x4xf32>, tensor<3x3x4x8xf32>)
         outs(%zeros : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %z = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x5xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y, %z : tensor<1x4x4x8xf32>, tensor<4x5xf32>
}
