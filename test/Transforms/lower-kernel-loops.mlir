// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-lower-kernel-loops{min-work=16384})' --split-input-file | FileCheck %s

// Four tiles of sixteen rows.
// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @exp_0 tiles(4)
// CHECK: func.func private @exp_0(%[[TILE:.*]]: index
// CHECK: %[[CHUNK:.*]] = arith.constant 16 : index
// CHECK: %[[FIRST:.*]] = arith.muli %[[TILE]], %[[CHUNK]]
// CHECK: %[[LAST:.*]] = arith.addi %[[FIRST]], %[[CHUNK]]
// CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[LAST]]
// CHECK: math.exp
func.func @main(%x: memref<64x512xf32>, %y: memref<64x512xf32>) {
  nibble.launch @exp_0 tiles(1) (%x, %y) : memref<64x512xf32>, memref<64x512xf32>
  return
}
func.func private @exp_0(%tile: index, %x: memref<64x512xf32>, %y: memref<64x512xf32>) {
  linalg.exp ins(%x : memref<64x512xf32>) outs(%y : memref<64x512xf32>)
  return
}

// -----

// Pooling: the window is unrolled inside of the loop over channels, and the fill is its first value.
// CHECK-LABEL: func.func private @pool
// CHECK-NOT: linalg
// CHECK-COUNT-4: scf.for
// CHECK-NOT: scf.for
// CHECK: memref.store
// CHECK-COUNT-4: arith.maximumf
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2xf32>, %y: memref<1x2x2x8xf32>) {
  nibble.launch @pool tiles(1) (%x, %w, %y) : memref<1x4x4x8xf32>, memref<2x2xf32>, memref<1x2x2x8xf32>
  return
}
func.func private @pool(%tile: index, %x: memref<1x4x4x8xf32>, %window: memref<2x2xf32>, %y: memref<1x2x2x8xf32>) {
  %low = arith.constant 0xFF800000 : f32
  linalg.fill ins(%low : f32) outs(%y : memref<1x2x2x8xf32>)
  linalg.pooling_nhwc_max {strides = dense<2> : tensor<2xi64>}
    ins(%x, %window : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%y : memref<1x2x2x8xf32>)
  return
}

// -----

// From planes to pixels: the three channels are unrolled, so that the loop over a row vectorises.
// CHECK-LABEL: func.func private @transpose
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK-COUNT-3: memref.store
func.func @main(%x: memref<3x8x8xf32>, %y: memref<8x8x3xf32>) {
  nibble.launch @transpose tiles(1) (%x, %y) : memref<3x8x8xf32>, memref<8x8x3xf32>
  return
}
func.func private @transpose(%tile: index, %x: memref<3x8x8xf32>, %y: memref<8x8x3xf32>) {
  linalg.transpose ins(%x : memref<3x8x8xf32>) outs(%y : memref<8x8x3xf32>) permutation = [1, 2, 0]
  return
}

// -----

// A contraction is the target's.
// CHECK-LABEL: func.func private @conv
// CHECK: nibble.conv
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<1x1x8x8xf32>, %y: memref<1x4x4x8xf32>) {
  nibble.launch @conv tiles(1) (%x, %w, %y) : memref<1x4x4x8xf32>, memref<1x1x8x8xf32>, memref<1x4x4x8xf32>
  return
}
func.func private @conv(%tile: index, %x: memref<1x4x4x8xf32>, %w: memref<1x1x8x8xf32>, %y: memref<1x4x4x8xf32>) {
  nibble.conv ins(%x, %w : memref<1x4x4x8xf32>, memref<1x1x8x8xf32>) outs(%y : memref<1x4x4x8xf32>)
  return
}

// -----

// A parallel loop over tiles: its iterations are divided among the tiles of the launch, which use one local buffer each.
// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @forall tiles(2)
// CHECK-LABEL: func.func private @forall
// CHECK-SAME: (%[[TILE:.*]]: index
// CHECK-NEXT: %[[LOCAL:.*]] = memref.alloca() : memref<16xi32>
// CHECK: %[[CHUNK:.*]] = arith.constant 32 : index
// CHECK: %[[FIRST:.*]] = arith.muli %[[TILE]], %[[CHUNK]]
// CHECK: %[[LAST:.*]] = arith.addi %[[FIRST]], %[[CHUNK]]
// CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[LAST]] step %c16
// CHECK-NOT: memref.alloca
// CHECK-NOT: linalg
// CHECK: return
func.func @main(%x: memref<400x64xi32>, %y: memref<64xi32>) {
  nibble.launch @forall tiles(1) (%x, %y) : memref<400x64xi32>, memref<64xi32>
  return
}
func.func private @forall(%tile: index, %x: memref<400x64xi32>, %y: memref<64xi32>) {
  %zero = arith.constant 0 : i32
  scf.forall (%c) = (0) to (64) step (16) {
    %local = memref.alloca() : memref<16xi32>
    linalg.fill ins(%zero : i32) outs(%local : memref<16xi32>)
    %in = memref.subview %x[0, %c] [400, 16] [1, 1] : memref<400x64xi32> to memref<400x16xi32, strided<[64, 1], offset: ?>>
    linalg.reduce ins(%in : memref<400x16xi32, strided<[64, 1], offset: ?>>) outs(%local : memref<16xi32>) dimensions = [0]
      (%a: i32, %b: i32) {
        %sum = arith.addi %a, %b : i32
        linalg.yield %sum : i32
      }
    %out = memref.subview %y[%c] [16] [1] : memref<64xi32> to memref<16xi32, strided<[1], offset: ?>>
    linalg.copy ins(%local : memref<16xi32>) outs(%out : memref<16xi32, strided<[1], offset: ?>>)
  }
  return
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A sum of floats along a row may be taken in any order, and is left a loop, which vectorises. The order of one of doubles, whose result
// the Spec gives no bound for, stays.
// CHECK-LABEL: func.func private @row_sums
// CHECK: scf.for
// CHECK: scf.for
// CHECK: arith.addf %{{.*}}, %{{.*}} fastmath<reassoc> : f32
// CHECK-NOT: arith.addf
// CHECK: return
// CHECK-LABEL: func.func private @double_sums
// CHECK: arith.addf %{{.*}}, %{{.*}} : f64
func.func @main(%x: memref<8x32xf32>, %y: memref<8xf32>, %z: memref<8x32xf64>, %w: memref<8xf64>) {
  nibble.launch @row_sums tiles(1) (%x, %y) : memref<8x32xf32>, memref<8xf32>
  nibble.launch @double_sums tiles(1) (%z, %w) : memref<8x32xf64>, memref<8xf64>
  return
}
func.func private @row_sums(%tile: index, %x: memref<8x32xf32>, %y: memref<8xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<8x32xf32>) outs(%y : memref<8xf32>) dimensions = [1]
  return
}
func.func private @double_sums(%tile: index, %x: memref<8x32xf64>, %y: memref<8xf64>) {
  linalg.reduce { arith.addf } ins(%x : memref<8x32xf64>) outs(%y : memref<8xf64>) dimensions = [1]
  return
}
