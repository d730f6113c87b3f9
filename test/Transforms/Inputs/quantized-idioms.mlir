// Idioms of other importers on constants: the numbers do not change when they are raised.
#rows = affine_map<(d0, d1) -> (d0)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#group = affine_map<(d0, d1, d2) -> (d0, d1)>
#id3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

func.func @main() -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x3xi32>, tensor<1x2x3x2xi32>, tensor<1x2x2x4xi32>) {
  %codes = arith.constant dense<[[-128, 127, -1, 0], [5, -77, 100, 1]]> : tensor<2x4xi8>
  %scales = arith.constant dense<[0.037, 1.9]> : tensor<2xf32>
  %zero_points = arith.constant dense<[-56, 3]> : tensor<2xi8>
  %empty = tensor.empty() : tensor<2x4xf32>
  // Unsigned codes and zero points of 8 bits for each row.
  %a = linalg.generic {indexing_maps = [#id2, #rows, #rows, #id2], iterator_types = ["parallel", "parallel"]}
         ins(%codes, %zero_points, %scales : tensor<2x4xi8>, tensor<2xi8>, tensor<2xf32>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%code: i8, %zero_point: i8, %scale: f32, %out: f32):
    %wide = arith.extui %code : i8 to i32
    %wide_zero_point = arith.extui %zero_point : i8 to i32
    %difference = arith.subi %wide, %wide_zero_point : i32
    %real = arith.sitofp %difference : i32 to f32
    %value = arith.mulf %real, %scale : f32
    linalg.yield %value : f32
  } -> tensor<2x4xf32>
  // One scale for all, a zero point for each row.
  %b = linalg.generic {indexing_maps = [#id2, #rows, #id2], iterator_types = ["parallel", "parallel"]}
         ins(%codes, %zero_points : tensor<2x4xi8>, tensor<2xi8>) outs(%empty : tensor<2x4xf32>) {
  ^bb0(%code: i8, %zero_point: i8, %out: f32):
    %scale = arith.constant 0.3 : f32
    %real = arith.sitofp %code : i8 to f32
    %real_zero_point = arith.sitofp %zero_point : i8 to f32
    %difference = arith.subf %real, %real_zero_point : f32
    %value = arith.mulf %difference, %scale : f32
    linalg.yield %value : f32
  } -> tensor<2x4xf32>
  // Groups of two.
  %grouped = tensor.expand_shape %codes [[0], [1, 2]] output_shape [2, 2, 2] : tensor<2x4xi8> into tensor<2x2x2xi8>
  %group_scales = arith.constant dense<[[0.037, 1.9], [2.5, 0.77]]> : tensor<2x2xf32>
  %group_zero_points = arith.constant dense<[[128.0, 7.0], [0.0, 200.0]]> : tensor<2x2xf32>
  %group_empty = tensor.empty() : tensor<2x2x2xf32>
  %0 = linalg.generic {indexing_maps = [#id3, #group, #group, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
         ins(%grouped, %group_scales, %group_zero_points : tensor<2x2x2xi8>, tensor<2x2xf32>, tensor<2x2xf32>)
         outs(%group_empty : tensor<2x2x2xf32>) {
  ^bb0(%code: i8, %scale: f32, %zero_point: f32, %out: f32):
    %wide = arith.extui %code : i8 to i32
    %real = arith.uitofp %wide : i32 to f32
    %difference = arith.subf %real, %zero_point : f32
    %value = arith.mulf %difference, %scale : f32
    linalg.yield %value : f32
  } -> tensor<2x2x2xf32>
  %c = tensor.collapse_shape %0 [[0], [1, 2]] : tensor<2x2x2xf32> into tensor<2x4xf32>

  %z = arith.constant -3 : i32
  %zero = arith.constant 0 : i32
  %w = arith.constant dense<[[1, -2, 3], [-128, 127, 0], [9, 8, 7], [-4, -5, -6]]> : tensor<4x3xi8>
  %zeros = arith.constant dense<0> : tensor<2x3xi32>
  %d = linalg.quantized_matmul ins(%codes, %w, %z, %zero : tensor<2x4xi8>, tensor<4x3xi8>, i32, i32) outs(%zeros : tensor<2x3xi32>) -> tensor<2x3xi32>

  %image_codes = arith.constant dense<[[[[-128, 127], [3, 4], [5, -6], [7, 8]], [[9, 10], [-11, 12], [13, 14], [15, -16]], [[17, 18], [19, 20], [21, -22], [23, 24]]]]> : tensor<1x3x4x2xi8>
  %filter = arith.constant dense<[[[[1, -2], [3, 4]], [[5, 6], [-7, 8]]], [[[9, 100], [11, 12]], [[-13, 14], [15, -128]]]]> : tensor<2x2x2x2xi8>
  %bias = arith.constant dense<[1000, -70000]> : tensor<2xi32>
  %1 = tensor.empty() : tensor<1x2x3x2xi32>
  %start = linalg.broadcast ins(%bias : tensor<2xi32>) outs(%1 : tensor<1x2x3x2xi32>) dimensions = [0, 1, 2]
  %e = linalg.conv_2d_nhwc_fhwc_q ins(%image_codes, %filter, %z, %z : tensor<1x3x4x2xi8>, tensor<2x2x2x2xi8>, i32, i32) outs(%start : tensor<1x2x3x2xi32>) -> tensor<1x2x3x2xi32>

  %multiplied = arith.constant dense<[[[[1, -2], [3, 4]], [[5, 6], [-7, 8]]], [[[9, 100], [11, 12]], [[-13, 14], [15, -128]]]]> : tensor<2x2x2x2xi8>
  %f_zeros = arith.constant dense<0> : tensor<1x2x2x2x2xi32>
  %2 = linalg.depthwise_conv_2d_nhwc_hwcm_q {strides = dense<[1, 2]> : tensor<2xi64>} ins(%image_codes, %multiplied, %z, %zero : tensor<1x3x4x2xi8>, tensor<2x2x2x2xi8>, i32, i32)
         outs(%f_zeros : tensor<1x2x2x2x2xi32>) -> tensor<1x2x2x2x2xi32>
  %f = tensor.collapse_shape %2 [[0], [1], [2], [3, 4]] : tensor<1x2x2x2x2xi32> into tensor<1x2x2x4xi32>
  return %a, %b, %c, %d, %e, %f : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x3xi32>, tensor<1x2x3x2xi32>, tensor<1x2x2x4xi32>
}
