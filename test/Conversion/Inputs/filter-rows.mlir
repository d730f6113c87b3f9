// Filters in rows on odd shapes: codes of 3 bits, blocks that are cut off, two dimensions of batch, an epilogue.

func.func @main() -> (tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xi32>) {
  %empty = tensor.empty() : tensor<103xi8>
  %codes = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%empty : tensor<103xi8>) {
  ^bb0(%out: i8):
    %index = linalg.index 0 : index
    %i = arith.index_cast %index : index to i32
    %a = arith.constant 1103515245 : i32
    %0 = arith.muli %i, %a : i32
    %1 = arith.muli %0, %0 : i32
    %c17 = arith.constant 17 : i32
    %2 = arith.shrui %1, %c17 : i32
    %byte = arith.trunci %2 : i32 to i8
    linalg.yield %byte : i8
  } -> tensor<103xi8>
  %3 = tensor.extract_slice %codes[0] [78] [1] : tensor<103xi8> to tensor<78xi8>
  %x = tensor.expand_shape %3 [[0, 1, 2]] output_shape [2, 3, 13] : tensor<78xi8> into tensor<2x3x13xi8>
  %4 = tensor.extract_slice %codes[78] [25] [1] : tensor<103xi8> to tensor<25xi8>
  %w = tensor.expand_shape %4 [[0, 1]] output_shape [5, 5] : tensor<25xi8> into tensor<5x5xi8>
  %scales = arith.constant dense<[[0.1, 0.2, 0.3, 0.7], [1.1, 1.2, 1.3, 1.7], [0.01, 0.03, 0.07, 0.09], [3.1, 3.3, 3.7, 3.9], [0.5, 0.6, 0.7, 0.8]]> : tensor<5x4xf16>
  %zero_points = arith.constant dense<[[0, 1, 2, 3], [-1, -2, -3, -4], [3, 2, 1, 0], [0, 0, 0, 0], [1, -1, 1, -1]]> : tensor<5x4xi32>
  %bias = arith.constant dense<[0.1, -20.3, 3.7, 0.0, 1000.1]> : tensor<5xf32>
  %z = arith.constant 101 : i32
  %init = tensor.empty() : tensor<2x3x5xf32>
  %blocks = nibble.contract ins(%x, %w : tensor<2x3x13xi8>, tensor<5x5xi8>) bias(%bias : tensor<5xf32>) input_zero_point(%z)
         filter_scales(%scales : tensor<5x4xf16>) filter_zero_points(%zero_points : tensor<5x4xi32>)
         with(%bias : tensor<5xf32>) outs(%init : tensor<2x3x5xf32>)
         {transposeFilter, packedFilterShape = array<i64: 5, 13>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<s3, block = [1, 4], scale = [f16], zero_point = integer>}
         epilogue {
         ^bb0(%acc: f32, %b: f32):
           %scaled = arith.mulf %acc, %b : f32
           nibble.yield %scaled : f32
         } -> tensor<2x3x5xf32>
  %row_scales = arith.constant dense<[[0.1], [0.2], [0.3], [0.4], [0.5]]> : tensor<5x1xf32>
  %rows = nibble.contract ins(%x, %w : tensor<2x3x13xi8>, tensor<5x5xi8>) filter_scales(%row_scales : tensor<5x1xf32>)
         outs(%init : tensor<2x3x5xf32>)
         {transposeFilter, packedFilterShape = array<i64: 5, 13>, inputScheme = #nibble.scheme<s8>,
          filterScheme = #nibble.scheme<u3, block = [1, 0]>} -> tensor<2x3x5xf32>
  %integer_init = tensor.empty() : tensor<2x3x5xi32>
  %integers = nibble.contract ins(%x, %w : tensor<2x3x13xi8>, tensor<5x5xi8>) input_zero_point(%z)
         outs(%integer_init : tensor<2x3x5xi32>)
         {transposeFilter, packedFilterShape = array<i64: 5, 13>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<u3, block = [1, 0]>} -> tensor<2x3x5xi32>
  return %blocks, %rows, %integers : tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xi32>
}
