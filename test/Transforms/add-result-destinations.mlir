// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-add-result-destinations))' | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32> {bufferization.writable = false, nibble.name = "x", nibble.role = "input"},
// CHECK-SAME:  %[[OUT:.*]]: memref<4xf32> {nibble.name = "y", nibble.role = "output"}) {
func.func @main(%x: tensor<4xf32> {nibble.name = "x"}) -> (tensor<4xf32> {nibble.name = "y"}) {
  %init = tensor.empty() : tensor<4xf32>
  // CHECK: %[[Y:.*]] = linalg.exp
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  // CHECK: bufferization.materialize_in_destination %[[Y]] in restrict writable %[[OUT]] : (tensor<4xf32>, memref<4xf32>) -> ()
  // CHECK-NEXT: return{{$}}
  return %y : tensor<4xf32>
}

// An argument that is returned is copied; two results are two arguments.
// CHECK-LABEL: func.func @twice
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32> {{.*}}, %[[A:.*]]: memref<4xf32> {{.*}}, %[[B:.*]]: memref<4xf32>
// CHECK: materialize_in_destination %[[X]] in restrict writable %[[A]]
// CHECK: materialize_in_destination %[[X]] in restrict writable %[[B]]
func.func @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// CHECK: func.func private @external(tensor<4xf32>) -> tensor<4xf32>
func.func private @external(tensor<4xf32>) -> tensor<4xf32>
