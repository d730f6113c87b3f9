// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-plan-weights)' --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: module attributes {nibble.weights = dense_resource<nibble_weights> : tensor<128xi8>}
// CHECK-NOT: memref.global
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[WEIGHTS:[^ ]*]]: memref<128xi8> {nibble.role = "weights"})
// CHECK: %[[OFFSET:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[WEIGHTS]][%[[OFFSET]]][] : memref<128xi8> to memref<4xf32>
memref.global "private" constant @c : memref<4xf32> = dense<1.0>
func.func @main(%y: memref<4xf32>) {
  %0 = memref.get_global @c : memref<4xf32>
  memref.copy %0, %y : memref<4xf32> to memref<4xf32>
  return
}

// -----

// Equal bytes are stored once, whatever they are called; others behind them at a multiple of 64.
// CHECK: nibble.weights = dense_resource<nibble_weights> : tensor<192xi8>
// CHECK: arith.constant 0 : index
// CHECK: arith.constant 0 : index
// CHECK: arith.constant 64 : index
memref.global "private" constant @a : memref<4xf32> = dense<1.0>
memref.global "private" constant @b : memref<2x2xf32> = dense<1.0>
memref.global "private" constant @c : memref<3xi8> = dense<[1, 2, 3]>
func.func @main() -> (memref<4xf32>, memref<2x2xf32>, memref<3xi8>) {
  %0 = memref.get_global @a : memref<4xf32>
  %1 = memref.get_global @b : memref<2x2xf32>
  %2 = memref.get_global @c : memref<3xi8>
  return %0, %1, %2 : memref<4xf32>, memref<2x2xf32>, memref<3xi8>
}

// -----

memref.global "private" @variable : memref<4xf32> = uninitialized
func.func @main() -> memref<4xf32> {
  // expected-error @+1 {{global @variable has no bytes to put into the weights}}
  %0 = memref.get_global @variable : memref<4xf32>
  return %0 : memref<4xf32>
}
