// REQUIRES: nibble-plugin

// With the pass plugin alone, passes know the ops of upstream dialects, and upstream's passes those of nibble: each pass brings the
// dialect and its models along.

// RUN: %mlir_opt %s --load-pass-plugin=%nibble_plugin --pass-pipeline='builtin.module(func.func(nibble-insert-observers))' | FileCheck %s --check-prefix=OBSERVE
// OBSERVE: %[[X:.*]] = nibble.observe %{{.*}} "x"
// OBSERVE: linalg.transpose ins(%[[X]]
// OBSERVE: %[[U:.*]] = nibble.observe %{{.*}} "transpose"
// OBSERVE: linalg.matmul ins(%[[U]],

// RUN: %mlir_opt %s --load-pass-plugin=%nibble_plugin --pass-pipeline='builtin.module(func.func(nibble-raise-contractions,nibble-insert-observers),one-shot-bufferize{bufferize-function-boundaries=1})' | FileCheck %s --check-prefix=BUFFERS
// BUFFERS: nibble.observe %{{.*}} "x" : memref<
// BUFFERS: nibble.contract ins(%{{.*}}, %{{.*}} : memref<4x3xf32{{.*}}>, memref<3x2xf32>)
func.func @main(%x: tensor<3x4xf32> {nibble.name = "x"}) -> tensor<4x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %0 = tensor.empty() : tensor<4x3xf32>
  %turned = linalg.transpose ins(%x : tensor<3x4xf32>) outs(%0 : tensor<4x3xf32>) permutation = [1, 0]
  %1 = tensor.empty() : tensor<4x2xf32>
  %start = linalg.fill ins(%zero : f32) outs(%1 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = linalg.matmul ins(%turned, %w : tensor<4x3xf32>, tensor<3x2xf32>) outs(%start : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
