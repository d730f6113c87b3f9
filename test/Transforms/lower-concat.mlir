// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-lower-concat))' | FileCheck %s

// CHECK-LABEL: func.func @channels
// CHECK-SAME: (%[[A:.*]]: tensor<1x4x4x8xi8>, %[[B:.*]]: tensor<1x4x4x16xi8>)
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x4x4x24xi8>
// CHECK: %[[FIRST:.*]] = tensor.insert_slice %[[A]] into %[[EMPTY]][0, 0, 0, 0] [1, 4, 4, 8] [1, 1, 1, 1]
// CHECK: %[[SECOND:.*]] = tensor.insert_slice %[[B]] into %[[FIRST]][0, 0, 0, 8] [1, 4, 4, 16] [1, 1, 1, 1]
// CHECK: return %[[SECOND]]
func.func @channels(%a: tensor<1x4x4x8xi8>, %b: tensor<1x4x4x16xi8>) -> tensor<1x4x4x24xi8> {
  %y = tensor.concat dim(3) %a, %b : (tensor<1x4x4x8xi8>, tensor<1x4x4x16xi8>) -> tensor<1x4x4x24xi8>
  return %y : tensor<1x4x4x24xi8>
}

// The destination stands in front of the first producer, so that both write into it.
// CHECK-LABEL: func.func @producers
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<8xf32>
// CHECK: linalg.exp
// CHECK: linalg.log
// CHECK: tensor.insert_slice {{.*}} into %[[EMPTY]]
func.func @producers(%x: tensor<4xf32>) -> tensor<8xf32> {
  %empty = tensor.empty() : tensor<4xf32>
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.log ins(%x : tensor<4xf32>) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %y = tensor.concat dim(0) %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// Nothing is inserted for an operand without elements.
// CHECK-LABEL: func.func @empty
// CHECK-SAME: (%[[A:.*]]: tensor<2x4xf32>, %{{.*}}: tensor<2x0xf32>)
// CHECK: %[[ALL:.*]] = tensor.insert_slice %[[A]] into %{{.*}}[0, 0] [2, 4] [1, 1]
// CHECK-NOT: tensor.insert_slice
// CHECK: return %[[ALL]]
func.func @empty(%a: tensor<2x4xf32>, %b: tensor<2x0xf32>) -> tensor<2x4xf32> {
  %y = tensor.concat dim(1) %a, %b : (tensor<2x4xf32>, tensor<2x0xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Near miss: a dynamic shape.
// CHECK-LABEL: func.func @dynamic
// CHECK: tensor.concat
func.func @dynamic(%a: tensor<?xf32>) -> tensor<?xf32> {
  %y = tensor.concat dim(0) %a, %a : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
