// RUN: %nibble_opt %s --pass-pipeline='builtin.module(func.func(nibble-localize-destinations))' | FileCheck %s

// CHECK-LABEL: func.func @shared
// CHECK-NEXT: %[[A:.*]] = tensor.empty() : tensor<8xf32>
// CHECK-NEXT: linalg.exp {{.*}} outs(%[[A]]
// CHECK-NEXT: %[[B:.*]] = tensor.empty() : tensor<8xf32>
// CHECK-NEXT: linalg.log {{.*}} outs(%[[B]]
func.func @shared(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %empty = tensor.empty() : tensor<8xf32>
  %a = linalg.exp ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %b = linalg.log ins(%x : tensor<8xf32>) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// So is a filled one: sums do not add up in one buffer.
// CHECK-LABEL: func.func @filled
// CHECK: %[[A:.*]] = tensor.empty() : tensor<8xf32>
// CHECK: %[[FILL_A:.*]] = linalg.fill {{.*}} outs(%[[A]]
// CHECK: linalg.reduce {{.*}} outs(%[[FILL_A]]
// CHECK: %[[B:.*]] = tensor.empty() : tensor<8xf32>
// CHECK: %[[FILL_B:.*]] = linalg.fill {{.*}} outs(%[[B]]
// CHECK: linalg.reduce {{.*}} outs(%[[FILL_B]]
func.func @filled(%x: tensor<8x4xf32>, %y: tensor<8x4xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %a = linalg.reduce {arith.addf} ins(%x : tensor<8x4xf32>) outs(%fill : tensor<8xf32>) dimensions = [1]
  %b = linalg.reduce {arith.addf} ins(%y : tensor<8x4xf32>) outs(%fill : tensor<8xf32>) dimensions = [1]
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// A destination that is not empty is left alone.
// CHECK-LABEL: func.func @argument
// CHECK-NEXT: linalg.exp {{.*}} outs(%arg1
func.func @argument(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %a = linalg.exp ins(%x : tensor<8xf32>) outs(%y : tensor<8xf32>) -> tensor<8xf32>
  return %a : tensor<8xf32>
}
