// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-outline-kernels)' --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: memref<4xf32>, %[[Y:.*]]: memref<4xf32>)
// CHECK-NEXT: nibble.launch @exp_0 tiles(1) (%[[X]], %[[Y]]) : memref<4xf32>, memref<4xf32>
// CHECK-NEXT: return
// CHECK: func.func private @exp_0(%{{.*}}: index, %[[A:.*]]: memref<4xf32> {llvm.noalias}, %[[B:.*]]: memref<4xf32> {llvm.noalias})
// CHECK-NEXT: linalg.exp ins(%[[A]] : memref<4xf32>) outs(%[[B]] : memref<4xf32>)
func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
  linalg.exp ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
  return
}

// -----

// Equal work is one kernel; views of one allocation may alias; constants move along.
// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @exp_0
// CHECK: nibble.launch @exp_0
// CHECK: nibble.launch @fill_1
// CHECK-NOT: @fill_2
// CHECK: func.func private @exp_0(%{{[^:]*}}: index, %{{[^:]*}}: memref<4xf32, strided<[1]>>, %{{[^:]*}}: memref<4xf32, strided<[1], offset: 4>>)
// CHECK: func.func private @fill_1
// CHECK: arith.constant 0.0
// CHECK-COUNT-2: linalg.fill
func.func @main() {
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  %a0 = memref.subview %a[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %a1 = memref.subview %a[4] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  %b0 = memref.subview %b[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %b1 = memref.subview %b[4] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  linalg.exp ins(%a0 : memref<4xf32, strided<[1]>>) outs(%a1 : memref<4xf32, strided<[1], offset: 4>>)
  linalg.exp ins(%b0 : memref<4xf32, strided<[1]>>) outs(%b1 : memref<4xf32, strided<[1], offset: 4>>)
  linalg.fill ins(%zero : f32) outs(%b0 : memref<4xf32, strided<[1]>>)
  linalg.fill ins(%zero : f32) outs(%b1 : memref<4xf32, strided<[1], offset: 4>>)
  return
}

// -----

// A fill goes with the reduction into what it fills.
// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @pooling_nhwc_max_0
// CHECK-NOT: nibble.launch
// CHECK: func.func private @pooling_nhwc_max_0
// CHECK: linalg.fill
// CHECK: linalg.pooling_nhwc_max
func.func @main(%x: memref<1x4x4x8xf32>, %window: memref<2x2xf32>, %y: memref<1x2x2x8xf32>) {
  %low = arith.constant 0xFF800000 : f32
  linalg.fill ins(%low : f32) outs(%y : memref<1x2x2x8xf32>)
  linalg.pooling_nhwc_max {strides = dense<2> : tensor<2xi64>}
    ins(%x, %window : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%y : memref<1x2x2x8xf32>)
  return
}
