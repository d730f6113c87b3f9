// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-plan-memory)' --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: module attributes {nibble.workspace_size = 128 : i64}
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[WORKSPACE:[^ ]*]]: memref<128xi8> {nibble.role = "workspace"})
// CHECK: %[[OFFSET:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[WORKSPACE]][%[[OFFSET]]][] : memref<128xi8> to memref<4xf32>
// CHECK-NOT: memref.alloc
func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
  %0 = memref.alloc() : memref<4xf32>
  memref.copy %x, %0 : memref<4xf32> to memref<4xf32>
  memref.copy %0, %y : memref<4xf32> to memref<4xf32>
  return
}

// -----

// %a and %b are alive together, %c takes the place of %a; a view keeps its buffer alive.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[A]]][]
// CHECK: %[[B:.*]] = arith.constant 256 : index
// CHECK: memref.view %{{.*}}[%[[B]]][]
// CHECK: %[[C:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[C]]][]
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  %a = memref.alloc() : memref<64xf32>
  %b = memref.alloc() : memref<64xf32>
  %part = memref.subview %b[0] [32] [1] : memref<64xf32> to memref<32xf32, strided<[1]>>
  memref.copy %x, %a : memref<64xf32> to memref<64xf32>
  memref.copy %a, %b : memref<64xf32> to memref<64xf32>
  %c = memref.alloc() : memref<64xf32>
  memref.copy %b, %c : memref<64xf32> to memref<64xf32>
  %half = memref.subview %y[0] [32] [1] : memref<64xf32> to memref<32xf32, strided<[1]>>
  memref.copy %part, %half : memref<32xf32, strided<[1]>> to memref<32xf32, strided<[1]>>
  memref.copy %c, %y : memref<64xf32> to memref<64xf32>
  return
}

// -----

func.func @main(%n: index) {
  // expected-error @+1 {{expected a static shape, got 'memref<?xf32>'}}
  %0 = memref.alloc(%n) : memref<?xf32>
  return
}
