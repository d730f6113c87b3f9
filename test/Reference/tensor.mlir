// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// Slices with strides and dropped dimensions.
// CHECK:      tensor<2xi32> [4, 6]
// CHECK-NEXT: tensor<3x4xi32> {{\[\[}}1, 2, 3, 4], [5, 70, 7, 80], [9, 10, 11, 12]]
func.func @main() -> (tensor<2xi32>, tensor<3x4xi32>) {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %extracted = tensor.extract_slice %x[1, 0] [1, 2] [1, 2] : tensor<2x3xi32> to tensor<2xi32>
  %y = arith.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]> : tensor<3x4xi32>
  %z = arith.constant dense<[70, 80]> : tensor<2xi32>
  %inserted = tensor.insert_slice %z into %y[1, 1] [1, 2] [1, 2] : tensor<2xi32> into tensor<3x4xi32>
  return %extracted, %inserted : tensor<2xi32>, tensor<3x4xi32>
}

// -----

// Padding with a constant, and with a value computed from the indices.
// CHECK:      tensor<2x4xi32> {{\[\[}}9, 1, 2, 9], [9, 9, 9, 9]]
// CHECK-NEXT: tensor<4xindex> [0, 1, 7, 3]
func.func @main() -> (tensor<2x4xi32>, tensor<4xindex>) {
  %x = arith.constant dense<[[1, 2]]> : tensor<1x2xi32>
  %nine = arith.constant 9 : i32
  %constant = tensor.pad %x low[0, 1] high[1, 1] {
    ^bb0(%i: index, %j: index):
      tensor.yield %nine : i32
  } : tensor<1x2xi32> to tensor<2x4xi32>
  %seven = arith.constant dense<7> : tensor<1xindex>
  %computed = tensor.pad %seven low[2] high[1] {
    ^bb0(%i: index):
      tensor.yield %i : index
  } : tensor<1xindex> to tensor<4xindex>
  return %constant, %computed : tensor<2x4xi32>, tensor<4xindex>
}

// -----

// Shapes.
// CHECK:      tensor<2x3xi32> {{\[\[}}1, 2, 3], [4, 5, 6]]
// CHECK-NEXT: tensor<6xi32> [1, 2, 3, 4, 5, 6]
// CHECK-NEXT: tensor<3x2xi32> {{\[\[}}1, 2], [3, 4], [5, 6]]
// CHECK-NEXT: tensor<3x4xi32> {{\[\[}}1, 2, 1, 2], [3, 4, 3, 4], [5, 6, 5, 6]]
// CHECK-NEXT: tensor<index> 6
func.func @main() -> (tensor<2x3xi32>, tensor<6xi32>, tensor<3x2xi32>, tensor<3x4xi32>, index) {
  %x = arith.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
  %zero = arith.constant 0 : index
  %shape = arith.constant dense<[3, 2]> : tensor<2xi64>
  %expanded = tensor.expand_shape %x [[0, 1]] output_shape [2, 3] : tensor<6xi32> into tensor<2x3xi32>
  %collapsed = tensor.collapse_shape %expanded [[0, 1]] : tensor<2x3xi32> into tensor<6xi32>
  %reshaped = tensor.reshape %x(%shape) : (tensor<6xi32>, tensor<2xi64>) -> tensor<3x2xi32>
  %joined = tensor.concat dim(1) %reshaped, %reshaped : (tensor<3x2xi32>, tensor<3x2xi32>) -> tensor<3x4xi32>
  %dynamic = tensor.cast %x : tensor<6xi32> to tensor<?xi32>
  %extent = tensor.dim %dynamic, %zero : tensor<?xi32>
  return %expanded, %collapsed, %reshaped, %joined, %extent
    : tensor<2x3xi32>, tensor<6xi32>, tensor<3x2xi32>, tensor<3x4xi32>, index
}

// -----

// Elements.
// CHECK:      tensor<f32> 2
// CHECK-NEXT: tensor<2xf32> [1, 8]
// CHECK-NEXT: tensor<2xf32> [2, 8]
// CHECK-NEXT: tensor<2x2xf32> {{\[\[}}8, 8], [8, 8]]
func.func @main() -> (f32, tensor<2xf32>, tensor<2xf32>, tensor<2x2xf32>) {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %one = arith.constant 1 : index
  %eight = arith.constant 8.0 : f32
  %extracted = tensor.extract %x[%one] : tensor<2xf32>
  %inserted = tensor.insert %eight into %x[%one] : tensor<2xf32>
  %made = tensor.from_elements %extracted, %eight : tensor<2xf32>
  %splat = tensor.splat %eight : tensor<2x2xf32>
  return %extracted, %inserted, %made, %splat : f32, tensor<2xf32>, tensor<2xf32>, tensor<2x2xf32>
}

// -----

// Whole rows, with and without the gathered dimension.
// CHECK:      tensor<2x1x2xi32> {{\[\[\[}}5, 6]], {{\[\[}}1, 2]]]
// CHECK-NEXT: tensor<2x3xi32> {{\[\[}}2, 4, 6], [1, 3, 5]]
func.func @main() -> (tensor<2x1x2xi32>, tensor<2x3xi32>) {
  %x = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
  %rows = arith.constant dense<[[2], [0]]> : tensor<2x1xindex>
  %columns = arith.constant dense<[[1], [0]]> : tensor<2x1xindex>
  %a = tensor.gather %x[%rows] gather_dims([0]) : (tensor<3x2xi32>, tensor<2x1xindex>) -> tensor<2x1x2xi32>
  %b = tensor.gather %x[%columns] gather_dims([1]) : (tensor<3x2xi32>, tensor<2x1xindex>) -> tensor<2x3xi32>
  return %a, %b : tensor<2x1x2xi32>, tensor<2x3xi32>
}
