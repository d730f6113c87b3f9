// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-fold-channel-affine),canonicalize)' | FileCheck %s

#id = affine_map<(n, h, w, f) -> (n, h, w, f)>
#channel = affine_map<(n, h, w, f) -> (f)>
// CHECK-LABEL: func.func @bias
//       CHECK: %[[B:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK: nibble.conv {{.*}} bias(%[[B]] : tensor<2xf32>)
//   CHECK-NOT: linalg.generic
func.func @bias(%x: tensor<1x8x8x3xf32>, %w: tensor<1x1x3x2xf32>) -> tensor<1x8x8x2xf32> {
  %bias = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<1x8x8x2xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x8x8x3xf32>, tensor<1x1x3x2xf32>) outs(%init : tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%y, %bias : tensor<1x8x8x2xf32>, tensor<2xf32>) outs(%init : tensor<1x8x8x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x2xf32>
  return %z : tensor<1x8x8x2xf32>
}

// -----

// Batch normalization in one op: gamma * (x - mean) / sqrt(var + epsilon) + beta.
#id = affine_map<(n, h, w, f) -> (n, h, w, f)>
#channel = affine_map<(n, h, w, f) -> (f)>
// CHECK-LABEL: func.func @batch_normalization
//   CHECK-DAG: %[[W:.*]] = arith.constant dense<{{.*}}1.000000e+00, 4.000000e+00], [3.000000e+00, 8.000000e+00]{{.*}}> : tensor<1x1x2x2xf32>
//   CHECK-DAG: %[[B:.*]] = arith.constant dense<[-1.000000e+00, 1.000000e+00]> : tensor<2xf32>
//       CHECK: nibble.conv ins(%{{.*}}, %[[W]] : {{.*}} bias(%[[B]] : tensor<2xf32>)
//   CHECK-NOT: linalg.generic
func.func @batch_normalization(%x: tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32> {
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32>
  %bias = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %gamma = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %mean = arith.constant dense<[3.0, 2.0]> : tensor<2xf32>
  %var = arith.constant dense<[3.0, 3.0]> : tensor<2xf32>
  %beta = arith.constant dense<[1.0, 1.0]> : tensor<2xf32>
  %epsilon = arith.constant 1.0 : f32
  %init = tensor.empty() : tensor<1x8x8x2xf32>
  %y = nibble.conv ins(%x, %w : tensor<1x8x8x2xf32>, tensor<1x1x2x2xf32>) bias(%bias : tensor<2xf32>)
         outs(%init : tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #channel, #channel, #channel, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%y, %gamma, %mean, %var, %beta : tensor<1x8x8x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
    outs(%init : tensor<1x8x8x2xf32>) {
  ^bb0(%a: f32, %g: f32, %m: f32, %v: f32, %b: f32, %out: f32):
    %centered = arith.subf %a, %m : f32
    %shifted = arith.addf %v, %epsilon : f32
    %deviation = math.sqrt %shifted : f32
    %scaled = arith.divf %centered, %deviation : f32
    %product = arith.mulf %g, %scaled : f32
    %sum = arith.addf %product, %b : f32
    linalg.yield %sum : f32
  } -> tensor<1x8x8x2xf32>
  return %z : tensor<1x8x8x2xf32>
}

// -----

// An exchanged filter has its channels in the rows; the reshape keeps them last.
#id = affine_map<(a, b, f) -> (a, b, f)>
#channel = affine_map<(a, b, f) -> (f)>
// CHECK-LABEL: func.func @contract_behind_reshape
//   CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [9.000000e+00, 1.200000e+01]]> : tensor<2x2xf32>
//       CHECK: nibble.contract ins(%{{.*}}, %[[W]] : {{.*}}) outs(
//       CHECK: tensor.expand_shape
//   CHECK-NOT: linalg.generic
func.func @contract_behind_reshape(%x: tensor<4x2xf32>) -> tensor<2x2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<4x2xf32>
  %init3 = tensor.empty() : tensor<2x2x2xf32>
  %y = nibble.contract ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) {transposeFilter} -> tensor<4x2xf32>
  %r = tensor.expand_shape %y [[0, 1], [2]] output_shape [2, 2, 2] : tensor<4x2xf32> into tensor<2x2x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]}
    ins(%r, %scale : tensor<2x2x2xf32>, tensor<2xf32>) outs(%init3 : tensor<2x2x2xf32>) {
  ^bb0(%a: f32, %s: f32, %out: f32):
    %p = arith.mulf %a, %s : f32
    linalg.yield %p : f32
  } -> tensor<2x2x2xf32>
  return %z : tensor<2x2x2xf32>
}

// -----

// Another use, an epilogue of another kind (relu), a residual, and a division by zero stay.
#id = affine_map<(m, n) -> (m, n)>
#channel = affine_map<(m, n) -> (n)>
// CHECK-LABEL: func.func @near_misses
// CHECK-COUNT-4: linalg.generic
func.func @near_misses(%x: tensor<4x2xf32>, %residual: tensor<4x2xf32>)
    -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 0.0]> : tensor<2xf32>
  %init = tensor.empty() : tensor<4x2xf32>
  %used = nibble.contract ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %a = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel"]}
    ins(%used, %scale : tensor<4x2xf32>, tensor<2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%v: f32, %s: f32, %out: f32):
    %p = arith.mulf %v, %s : f32
    linalg.yield %p : f32
  } -> tensor<4x2xf32>
  %once = nibble.contract ins(%residual, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%once : tensor<4x2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%v: f32, %out: f32):
    %p = arith.maximumf %v, %zero : f32
    linalg.yield %p : f32
  } -> tensor<4x2xf32>
  %twice = nibble.contract ins(%b, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %c = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%twice, %residual : tensor<4x2xf32>, tensor<4x2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%v: f32, %r: f32, %out: f32):
    %p = arith.addf %v, %r : f32
    linalg.yield %p : f32
  } -> tensor<4x2xf32>
  %thrice = nibble.contract ins(%c, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %d = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel"]}
    ins(%thrice, %scale : tensor<4x2xf32>, tensor<2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%v: f32, %s: f32, %out: f32):
    %p = arith.divf %v, %s : f32
    linalg.yield %p : f32
  } -> tensor<4x2xf32>
  return %a, %b, %c, %d, %used : tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// A filter that is computed at run time cannot be scaled.
#id = affine_map<(m, n) -> (m, n)>
// CHECK-LABEL: func.func @runtime_filter
//       CHECK: nibble.contract ins(%arg0, %arg1 : {{.*}}) outs(
//       CHECK: linalg.generic
func.func @runtime_filter(%x: tensor<4x2xf32>, %w: tensor<2x2xf32>) -> tensor<4x2xf32> {
  %half = arith.constant 0.5 : f32
  %init = tensor.empty() : tensor<4x2xf32>
  %y = nibble.contract ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%y : tensor<4x2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%v: f32, %out: f32):
    %p = arith.mulf %v, %half : f32
    linalg.yield %p : f32
  } -> tensor<4x2xf32>
  return %z : tensor<4x2xf32>
}
