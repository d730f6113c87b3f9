// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// A program after `lower`: inputs and outputs are the caller's, the rest lies in one workspace; a kernel runs once for
// each tile. Row t of the output is the weights plus the row of the workspace, which holds t * 10.
// CHECK: tensor<2x2xf32> {{\[\[}}1, 2], [11, 12]]
module attributes {nibble.weights = dense<[0, 0, -128, 63, 0, 0, 0, 64]> : tensor<8xi8>} {
  func.func private @fill(%tile: index, %to: memref<2x2xf32>) {
    %row = memref.subview %to[%tile, 0] [1, 2] [1, 1] : memref<2x2xf32> to memref<2xf32, strided<[1], offset: ?>>
    %ten = arith.constant 10.0 : f32
    %i = arith.index_cast %tile : index to i32
    %f = arith.sitofp %i : i32 to f32
    %value = arith.mulf %f, %ten : f32
    linalg.fill ins(%value : f32) outs(%row : memref<2xf32, strided<[1], offset: ?>>)
    return
  }
  func.func private @add(%tile: index, %x: memref<2x2xf32>, %w: memref<2xf32>, %to: memref<2x2xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    scf.for %j = %c0 to %c2 step %c1 {
      %a = memref.load %x[%tile, %j] : memref<2x2xf32>
      %b = memref.load %w[%j] : memref<2xf32>
      %sum = arith.addf %a, %b : f32
      memref.store %sum, %to[%tile, %j] : memref<2x2xf32>
    }
    return
  }
  func.func @main(%output: memref<2x2xf32> {nibble.role = "output"}, %workspace: memref<64xi8> {nibble.role = "workspace"},
                  %weights: memref<8xi8> {nibble.role = "weights"},
                  %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %x = memref.view %workspace[%c16][] : memref<64xi8> to memref<2x2xf32>
    %w = memref.view %weights[%c0][] : memref<8xi8> to memref<2xf32>
    nibble.launch @fill tiles(2) (%x) : memref<2x2xf32>
    nibble.launch @add tiles(2) (%x, %w, %output) : memref<2x2xf32>, memref<2xf32>, memref<2x2xf32>
    return
  }
}

// -----

// A convolution that writes the inner columns of a buffer with a halo, read as one line afterwards.
// CHECK: tensor<1x1x4x1xf32> {{\[\[\[}}[0], [3], [6], [0]]]]
func.func @main(%output: memref<1x1x4x1xf32> {nibble.role = "output"}, %workspace: memref<16xi8> {nibble.role = "workspace"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %buffer = memref.view %workspace[%c0][] : memref<16xi8> to memref<1x1x4x1xf32>
  linalg.fill ins(%zero : f32) outs(%buffer : memref<1x1x4x1xf32>)
  %inner = memref.subview %buffer[0, 0, 1, 0] [1, 1, 2, 1] [1, 1, 1, 1]
             : memref<1x1x4x1xf32> to memref<1x1x2x1xf32, strided<[4, 4, 1, 1], offset: 1>>
  %x = memref.alloc() : memref<1x1x2x1xf32>
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  memref.store %one, %x[%c0, %c0, %c0, %c0] : memref<1x1x2x1xf32>
  memref.store %two, %x[%c0, %c0, %c1, %c0] : memref<1x1x2x1xf32>
  %w = memref.alloca() : memref<1x1x1x1xf32>
  linalg.fill ins(%three : f32) outs(%w : memref<1x1x1x1xf32>)
  nibble.conv ins(%x, %w : memref<1x1x2x1xf32>, memref<1x1x1x1xf32>)
    outs(%inner : memref<1x1x2x1xf32, strided<[4, 4, 1, 1], offset: 1>>)
  %line = memref.collapse_shape %buffer [[0, 1, 2, 3]] : memref<1x1x4x1xf32> into memref<4xf32>
  %back = memref.expand_shape %line [[0, 1, 2, 3]] output_shape [1, 1, 4, 1] : memref<4xf32> into memref<1x1x4x1xf32>
  memref.copy %back, %output : memref<1x1x4x1xf32> to memref<1x1x4x1xf32>
  memref.dealloc %x : memref<1x1x2x1xf32>
  return
}

// -----

// Windows with dynamic shape, offset and strides: every second element backwards from the fifth.
// CHECK: tensor<3xi32> [4, 2, 0]
func.func @main(%output: memref<3xi32> {nibble.role = "output"}) {
  %numbers = memref.alloc() : memref<6xi32>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%numbers : memref<6xi32>) {
    ^bb0(%out: i32):
      %i = linalg.index 0 : index
      %n = arith.index_cast %i : index to i32
      linalg.yield %n : i32
  }
  %offset = arith.constant 4 : index
  %reversed = memref.reinterpret_cast %numbers to offset: [%offset], sizes: [3], strides: [-2]
                : memref<6xi32> to memref<3xi32, strided<[-2], offset: ?>>
  memref.copy %reversed, %output : memref<3xi32, strided<[-2], offset: ?>> to memref<3xi32>
  return
}
