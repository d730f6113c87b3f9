// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-convert-nibble-to-llvm)' --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: llvm.func @main
// CHECK-SAME: (%[[X:[^:]*]]: !llvm.ptr {nibble.type = memref<64xf32>}, %[[Y:[^:]*]]: !llvm.ptr {nibble.type = memref<64xf32>}, %[[FOR:[^:]*]]: !llvm.ptr {nibble.role = "parallel_for"}, %[[POOL:[^:]*]]: !llvm.ptr {nibble.role = "pool"})
// CHECK: %[[BUFFERS:.*]] = llvm.alloca
// CHECK: llvm.store %{{.*}}, %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK: llvm.store %{{.*}}, %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK: %[[THUNK:.*]] = llvm.mlir.addressof @copy_0_tile : !llvm.ptr
// CHECK: %[[TILES:.*]] = llvm.mlir.constant(4 : i64) : i64
// CHECK: llvm.call @nibble_launch(%[[FOR]], %[[POOL]], %[[THUNK]], %[[BUFFERS]], %[[TILES]])
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  nibble.launch @copy_0 tiles(4) (%x, %y) : memref<64xf32>, memref<64xf32>
  return
}
func.func private @copy_0(%tile: index, %x: memref<64xf32>, %y: memref<64xf32>) {
  %0 = memref.load %x[%tile] : memref<64xf32>
  memref.store %0, %y[%tile] : memref<64xf32>
  return
}
// CHECK: llvm.func internal @copy_0_tile(%[[ARRAY:.*]]: !llvm.ptr, %[[TILE:.*]]: i64)
// CHECK: llvm.call @copy_0(%[[TILE]], %{{.*}}, %{{.*}})

// -----

// CHECK: llvm.mlir.global internal constant @[[NAME:.*]]("conv1\00")
// CHECK-LABEL: llvm.func @main
// CHECK: %[[COUNT:.*]] = llvm.mlir.constant(64 : i64)
// CHECK: %[[CHANNELS:.*]] = llvm.mlir.constant(8 : i64)
// CHECK: llvm.call @nibble_observe_channels_f32(%{{.*}}, %{{.*}}, %[[COUNT]], %[[CHANNELS]])
func.func @main(%x: memref<8x8xf32>) {
  nibble.observe %x "conv1" : memref<8x8xf32>
  return
}

// -----

// The shape of a feature map, or one of a matrix with the same rows, and the geometry: 15 numbers of nibble_patches.
// CHECK-DAG: constant @[[ROWS:nibble_observed_patches_[0-9]+]](dense<[1, 1, 32, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1]> : tensor<15xi64>) {{.*}}: !llvm.array<15 x i64>
// CHECK-DAG: constant @[[WINDOWS:nibble_observed_patches_[0-9]+]](dense<[1, 4, 8, 2, 3, 3, 2, 1, 1, 1, 1, 1, 0, 1, 2]> : tensor<15xi64>)
// CHECK-DAG: "x/gram\00"
// CHECK-DAG: "x/gram:kernel=3x3,strides=2x1,dilations=1x1,padding=1x1x0x1,groups=2\00"
// CHECK-LABEL: llvm.func @main
// CHECK: llvm.call @nibble_observe_channels_f32
// CHECK: llvm.call @nibble_observe_magnitudes_f32
// CHECK: %[[A:.*]] = llvm.mlir.addressof @[[ROWS]]
// CHECK: llvm.call @nibble_observe_gram_f32(%{{.*}}, %{{.*}}, %[[A]])
// CHECK: %[[B:.*]] = llvm.mlir.addressof @[[WINDOWS]]
// CHECK: llvm.call @nibble_observe_gram_f32(%{{.*}}, %{{.*}}, %[[B]])
func.func @main(%x: memref<1x4x8x2xf32>) {
  nibble.observe %x "x" patches [
      #nibble.patches<kernel = [1, 1], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>,
      #nibble.patches<kernel = [3, 3], strides = [2, 1], dilations = [1, 1], padding = [1, 1, 0, 1], groups = 2>]
    : memref<1x4x8x2xf32>
  return
}

// -----

// Upstream has no bare pointer for a buffer without elements that has more than one dimension.
// CHECK-LABEL: llvm.func @main
// CHECK-SAME: (%{{.*}}: !llvm.ptr {nibble.type = memref<3x0xf32>}, %{{.*}}: !llvm.ptr {nibble.type = memref<0x3xf32>}
func.func @main(%x: memref<3x0xf32>, %y: memref<0x3xf32>) {
  return
}

// -----

// Conversion to bf16 rounds to nearest even in integer arithmetic: the library function that LLVM calls may not exist.
// CHECK-LABEL: llvm.func @round
// CHECK-NOT: llvm.fptrunc
// CHECK: llvm.lshr
// CHECK: llvm.return
func.func @round(%x: f32) -> bf16 {
  %y = arith.truncf %x : f32 to bf16
  return %y : bf16
}

// -----

// expected-error @below {{'func.func' op returns a buffer; expected destinations for all results (--buffer-results-to-out-params)}}
func.func @result(%x: memref<8xf32>) -> memref<8xf32> {
  return %x : memref<8xf32>
}
