// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// Named ops are evaluated through their maps and regions, so that one test of each form of loop is enough.

// A product whose right side is transposed by its indexing map.
// CHECK: tensor<2x2xf32> {{\[\[}}5, 11], [11, 25]]
func.func @main() -> tensor<2x2xf32> {
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %r = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
                                      affine_map<(m, n, k) -> (m, n)>]
         ins(%a, %a : tensor<2x2xf32>, tensor<2x2xf32>) outs(%zero : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}

// -----

// Results accumulate onto their init.
// CHECK: tensor<1x1x2xf32> {{\[\[\[}}107, 110]]]
func.func @main() -> tensor<1x1x2xf32> {
  %a = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %b = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf32>
  %init = arith.constant dense<100.0> : tensor<1x1x2xf32>
  %r = linalg.batch_matmul ins(%a, %b : tensor<1x1x2xf32>, tensor<1x2x2xf32>) outs(%init : tensor<1x1x2xf32>)
         -> tensor<1x1x2xf32>
  return %r : tensor<1x1x2xf32>
}

// -----

// Strides and dilations: taps at columns {0, 2} and {2, 4} with weights 1 and 10.
// CHECK: tensor<1x1x1x2xf32> {{\[\[\[\[}}20, 42]]]]
func.func @main() -> tensor<1x1x1x2xf32> {
  %x = arith.constant dense<[[[[0.0, 1.0, 2.0, 3.0, 4.0]]]]> : tensor<1x1x1x5xf32>
  %w = arith.constant dense<[[[[1.0, 10.0]]]]> : tensor<1x1x1x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1x1x1x2xf32>
  %r = linalg.conv_2d_nchw_fchw {strides = dense<[1, 2]> : vector<2xi64>, dilations = dense<[1, 2]> : vector<2xi64>}
         ins(%x, %w : tensor<1x1x1x5xf32>, tensor<1x1x1x2xf32>) outs(%zero : tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  return %r : tensor<1x1x1x2xf32>
}

// -----

// Bytes extend to the accumulator, less their zero points: (1 - 1) * 5 + (3 - 1) * 6.
// CHECK: tensor<1x1x1x1xi32> {{\[\[\[\[}}12]]]]
func.func @main() -> tensor<1x1x1x1xi32> {
  %x = arith.constant dense<[[[[1, 3]]]]> : tensor<1x1x1x2xi8>
  %w = arith.constant dense<[[[[7], [8]]]]> : tensor<1x1x2x1xi8>
  %zx = arith.constant 1 : i32
  %zw = arith.constant 2 : i32
  %zero = arith.constant dense<0> : tensor<1x1x1x1xi32>
  %r = linalg.conv_2d_nhwc_hwcf_q ins(%x, %w, %zx, %zw : tensor<1x1x1x2xi8>, tensor<1x1x2x1xi8>, i32, i32)
         outs(%zero : tensor<1x1x1x1xi32>) -> tensor<1x1x1x1xi32>
  return %r : tensor<1x1x1x1xi32>
}

// -----

// The window of a pooling is read for its shape only.
// CHECK: tensor<1x1x1x2xf32> {{\[\[\[\[}}6, 8]]]]
func.func @main() -> tensor<1x1x1x2xf32> {
  %x = arith.constant dense<[[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]]> : tensor<1x1x2x4xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %init = arith.constant dense<0xFF800000> : tensor<1x1x1x2xf32>
  %r = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%x, %window : tensor<1x1x2x4xf32>, tensor<2x2xf32>)
         outs(%init : tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  return %r : tensor<1x1x1x2xf32>
}

// -----

// fill, transpose, broadcast, map, reduce.
// CHECK:      tensor<2x3xi32> {{\[\[}}7, 7, 7], [7, 7, 7]]
// CHECK-NEXT: tensor<3x2xi32> {{\[\[}}1, 4], [2, 5], [3, 6]]
// CHECK-NEXT: tensor<2x3xi32> {{\[\[}}1, 1, 1], [4, 4, 4]]
// CHECK-NEXT: tensor<2x3xi32> {{\[\[}}2, 4, 6], [8, 10, 12]]
// CHECK-NEXT: tensor<2xi32> [6, 15]
func.func @main() -> (tensor<2x3xi32>, tensor<3x2xi32>, tensor<2x3xi32>, tensor<2x3xi32>, tensor<2xi32>) {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %column = arith.constant dense<[1, 4]> : tensor<2xi32>
  %seven = arith.constant 7 : i32
  %empty = tensor.empty() : tensor<2x3xi32>
  %empty_t = tensor.empty() : tensor<3x2xi32>
  %zero = arith.constant dense<0> : tensor<2xi32>
  %fill = linalg.fill ins(%seven : i32) outs(%empty : tensor<2x3xi32>) -> tensor<2x3xi32>
  %transpose = linalg.transpose ins(%x : tensor<2x3xi32>) outs(%empty_t : tensor<3x2xi32>) permutation = [1, 0]
  %broadcast = linalg.broadcast ins(%column : tensor<2xi32>) outs(%empty : tensor<2x3xi32>) dimensions = [1]
  %map = linalg.map { arith.addi } ins(%x, %x : tensor<2x3xi32>, tensor<2x3xi32>) outs(%empty : tensor<2x3xi32>)
  %reduce = linalg.reduce { arith.addi } ins(%x : tensor<2x3xi32>) outs(%zero : tensor<2xi32>) dimensions = [1]
  return %fill, %transpose, %broadcast, %map, %reduce
    : tensor<2x3xi32>, tensor<3x2xi32>, tensor<2x3xi32>, tensor<2x3xi32>, tensor<2xi32>
}

// -----

// A body with loop indices, an element read at a computed place, a constant of its own and a scalar from outside:
// result[i] = table[i floordiv 2] * 10 + i + 1000.
// CHECK: tensor<4xi32> [1050, 1051, 1072, 1073]
func.func @main() -> tensor<4xi32> {
  %table = arith.constant dense<[5, 7]> : tensor<2xi32>
  %thousand = arith.constant 1000 : i32
  %empty = tensor.empty() : tensor<4xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
         outs(%empty : tensor<4xi32>) {
    ^bb0(%out: i32):
      %ten = arith.constant 10 : i32
      %two = arith.constant 2 : index
      %i = linalg.index 0 : index
      %half = arith.divui %i, %two : index
      %entry = tensor.extract %table[%half] : tensor<2xi32>
      %i32 = arith.index_cast %i : index to i32
      %scaled = arith.muli %entry, %ten : i32
      %sum = arith.addi %scaled, %i32 : i32
      %total = arith.addi %sum, %thousand : i32
      linalg.yield %total : i32
  } -> tensor<4xi32>
  return %r : tensor<4xi32>
}

// -----

// Maps that are no weighted sums of the loops, and two results.
// CHECK:      tensor<6xi32> [1, 1, 1, 2, 2, 2]
// CHECK-NEXT: tensor<6xi32> [1, 2, 1, 2, 1, 2]
func.func @main() -> (tensor<6xi32>, tensor<6xi32>) {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %empty = tensor.empty() : tensor<6xi32>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i floordiv 3)>, affine_map<(i) -> (i mod 2)>,
                                          affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
         ins(%x, %x : tensor<2xi32>, tensor<2xi32>) outs(%empty, %empty : tensor<6xi32>, tensor<6xi32>) {
    ^bb0(%a: i32, %b: i32, %out0: i32, %out1: i32):
      linalg.yield %a, %b : i32, i32
  } -> (tensor<6xi32>, tensor<6xi32>)
  return %r#0, %r#1 : tensor<6xi32>, tensor<6xi32>
}

// -----

// More iterations than lanes, and a loop that runs no time: the sum of 0 … 999 is 499500; the sum of nothing is the init.
// CHECK:      tensor<i64> 499500
// CHECK-NEXT: tensor<i64> 0
// CHECK-NEXT: tensor<i64> 999000
func.func @main() -> (tensor<i64>, tensor<i64>, tensor<i64>) {
  %zero = arith.constant dense<0> : tensor<i64>
  %numbers = tensor.generate {
    ^bb0(%i: index):
      %n = arith.index_cast %i : index to i64
      tensor.yield %n : i64
  } : tensor<1000xi64>
  %none = tensor.empty() : tensor<0xi64>
  %sum = linalg.reduce { arith.addi } ins(%numbers : tensor<1000xi64>) outs(%zero : tensor<i64>) dimensions = [0]
  %sum0 = linalg.reduce { arith.addi } ins(%none : tensor<0xi64>) outs(%zero : tensor<i64>) dimensions = [0]
  %twice = arith.addi %numbers, %numbers : tensor<1000xi64>
  %sum2 = linalg.reduce { arith.addi } ins(%twice : tensor<1000xi64>) outs(%zero : tensor<i64>) dimensions = [0]
  return %sum, %sum0, %sum2 : tensor<i64>, tensor<i64>, tensor<i64>
}

// -----

// Along the first dimension: equal numbers share, and large ones do not overflow.
// CHECK: tensor<2x2xf32> {{\[\[}}0.5, 1], [0.5, 0]]
func.func @main() -> tensor<2x2xf32> {
  %x = arith.constant dense<[[3.0, 1000.0], [3.0, -1000.0]]> : tensor<2x2xf32>
  %empty = tensor.empty() : tensor<2x2xf32>
  %r = linalg.softmax dimension(0) ins(%x : tensor<2x2xf32>) outs(%empty : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
