// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-materialize-padding))' --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @conv
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xf32>
// CHECK: tensor.empty() : tensor<1x10x10x4xf32>
// CHECK-COUNT-4: linalg.fill
// CHECK: %[[PADDED:.*]] = tensor.insert_slice %[[X]] into %{{.*}}[0, 1, 1, 0] [1, 8, 8, 4] [1, 1, 1, 1]
// CHECK: nibble.conv ins(%[[PADDED]], %{{.*}} : tensor<1x10x10x4xf32>, tensor<3x3x4x16xf32>)
// CHECK-NOT: padding = array<i64: 1
// CHECK: nibble.zero_rows = array<i64: 1, 1>
func.func @conv(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>) -> tensor<1x8x8x16xf32> {
  %init = tensor.empty() : tensor<1x8x8x16xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
         {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
  return %y : tensor<1x8x8x16xf32>
}

// -----

// Codes are padded with the zero point.
// CHECK-LABEL: func.func @codes
// CHECK-DAG: %[[ZERO:.*]] = arith.constant -128 : i8
// CHECK: linalg.fill ins(%[[ZERO]] : i8)
// CHECK-NOT: zero_rows
func.func @codes(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>) -> tensor<1x8x8x16xi32> {
  %zp = arith.constant 128 : i32
  %init = tensor.empty() : tensor<1x8x8x16xi32>
  %y = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) input_zero_point(%zp)
         outs(%init : tensor<1x8x8x16xi32>)
         {padding = array<i64: 1, 1, 1, 1>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<s8>} -> tensor<1x8x8x16xi32>
  return %y : tensor<1x8x8x16xi32>
}

// -----

// Widths that are operands.
// CHECK-LABEL: func.func @operands
// CHECK-SAME: (%[[X:.*]]: tensor<1x4xi8>
// CHECK: tensor.empty() : tensor<1x7xi8>
// CHECK: tensor.insert_slice %[[X]] into %{{.*}}[0, 1] [1, 4] [1, 1]
// CHECK-NOT: tensor.pad
func.func @operands(%x: tensor<1x4xi8>) -> tensor<1x7xi8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %five = arith.constant 5 : i8
  %y = tensor.pad %x low[%c0, %c1] high[%c0, %c2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %five : i8
  } : tensor<1x4xi8> to tensor<1x7xi8>
  return %y : tensor<1x7xi8>
}

// -----

// Two readers share the wider halo; the narrower one reads a part of it.
// CHECK-LABEL: func.func @shared
// CHECK: tensor.empty() : tensor<1x12x12x4xf32>
// CHECK: %[[PADDED:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 2, 2, 0]
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[PADDED]][0, 1, 1, 0] [1, 10, 10, 4]
// CHECK: nibble.conv ins(%[[PART]]
// CHECK-SAME: nibble.zero_rows = array<i64: 1, 1>
// CHECK: nibble.conv ins(%[[PADDED]]
// CHECK-SAME: nibble.zero_rows = array<i64: 2, 2>
func.func @shared(%x: tensor<1x8x8x4xf32>, %w3: tensor<3x3x4x16xf32>, %w5: tensor<5x5x4x16xf32>)
    -> (tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) {
  %init = tensor.empty() : tensor<1x8x8x16xf32>
  %a = nibble.conv ins(%x, %w3 : tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
         {padding = array<i64: 1, 1, 1, 1>} -> tensor<1x8x8x16xf32>
  %b = nibble.conv ins(%x, %w5 : tensor<1x8x8x4xf32>, tensor<5x5x4x16xf32>) outs(%init : tensor<1x8x8x16xf32>)
         {padding = array<i64: 2, 2, 2, 2>} -> tensor<1x8x8x16xf32>
  return %a, %b : tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>
}

// -----

// One sided padding fills one side; tensor.pad is padding too.
// CHECK-LABEL: func.func @pad
// CHECK-NOT: tensor.pad
// CHECK-COUNT-2: linalg.fill
// CHECK-NOT: linalg.fill
// CHECK: tensor.insert_slice
func.func @pad(%x: tensor<1x8x8x4xf32>) -> tensor<1x9x9x4xf32> {
  %zero = arith.constant 0.0 : f32
  %y = tensor.pad %x low[0, 1, 0, 0] high[0, 0, 1, 0] {
  ^bb0(%n: index, %h: index, %w: index, %c: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x4xf32> to tensor<1x9x9x4xf32>
  return %y : tensor<1x9x9x4xf32>
}

// -----

func.func @unknown_zero_point(%x: tensor<1x8x8x4xi8>, %w: tensor<3x3x4x16xi8>, %zp: i32) -> tensor<1x8x8x16xi32> {
  %init = tensor.empty() : tensor<1x8x8x16xi32>
  // expected-error @+1 {{padding with a zero point that is not constant is not lowered yet}}
  %y = nibble.conv ins(%x, %w : tensor<1x8x8x4xi8>, tensor<3x3x4x16xi8>) input_zero_point(%zp)
         outs(%init : tensor<1x8x8x16xi32>)
         {padding = array<i64: 1, 1, 1, 1>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<s8>} -> tensor<1x8x8x16xi32>
  return %y : tensor<1x8x8x16xi32>
}
