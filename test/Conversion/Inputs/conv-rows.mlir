// Convolutions whose filters are rows with blocks, (S61), with strides, dilations and padding: two groups, codes of 3 bits with zero points and a
// last block that is cut off; one group, codes of 4 bits with scales of 8. Floats by their bits; @run prints what @main returns.

func.func private @make(%seed: i32) -> tensor<420xi8> {
  %empty = tensor.empty() : tensor<420xi8>
  %codes = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%empty : tensor<420xi8>) {
  ^bb0(%out: i8):
    %index = linalg.index 0 : index
    %i = arith.index_cast %index : index to i32
    %sum = arith.addi %i, %seed : i32
    %a = arith.constant 1103515245 : i32
    %0 = arith.muli %sum, %a : i32
    %1 = arith.muli %0, %0 : i32
    %c17 = arith.constant 17 : i32
    %2 = arith.shrui %1, %c17 : i32
    %byte = arith.trunci %2 : i32 to i8
    linalg.yield %byte : i8
  } -> tensor<420xi8>
  return %codes : tensor<420xi8>
}

func.func private @grouped(%codes: tensor<420xi8>) -> tensor<2x4x3x6xf32> {
  %x = tensor.expand_shape %codes [[0, 1, 2, 3]] output_shape [2, 7, 5, 6] : tensor<420xi8> into tensor<2x7x5x6xi8>
  %slice = tensor.extract_slice %codes[100] [42] [1] : tensor<420xi8> to tensor<42xi8>
  %w = tensor.expand_shape %slice [[0, 1]] output_shape [6, 7] : tensor<42xi8> into tensor<6x7xi8>
  %scales = arith.constant dense<[[0.1, 0.2, 0.3, 0.7], [1.1, 1.2, 1.3, 1.7], [0.01, 0.03, 0.07, 0.09], [3.1, 3.3, 3.7, 3.9], [0.5, 0.6, 0.7, 0.8], [5.1, 0.3, 0.9, 1.0]]> : tensor<6x4xf16>
  %zero_points = arith.constant dense<[[0, 1, 2, 3], [-1, -2, -3, -4], [3, 2, 1, 0], [0, 0, 0, 0], [1, -1, 1, -1], [2, 2, -2, -2]]> : tensor<6x4xi32>
  %bias = arith.constant dense<[0.1, -20.3, 3.7, 0.0, 1000.1, -5.5]> : tensor<6xf32>
  %z = arith.constant 101 : i32
  %init = tensor.empty() : tensor<2x4x3x6xf32>
  %y = nibble.conv ins(%x, %w : tensor<2x7x5x6xi8>, tensor<6x7xi8>) bias(%bias : tensor<6xf32>) input_zero_point(%z)
         filter_scales(%scales : tensor<6x4xf16>) filter_zero_points(%zero_points : tensor<6x4xi32>)
         with(%bias : tensor<6xf32>) outs(%init : tensor<2x4x3x6xf32>)
         {strides = array<i64: 2, 2>, dilations = array<i64: 1, 3>, padding = array<i64: 1, 1, 2, 1>, groups = 2 : i64,
          packedFilterShape = array<i64: 3, 2, 3, 6>, inputScheme = #nibble.scheme<u8, zero_point = integer>,
          filterScheme = #nibble.scheme<s3, block = [1, 5], scale = [f16], zero_point = integer>}
         epilogue {
         ^bb0(%acc: f32, %b: f32):
           %scaled = arith.mulf %acc, %b : f32
           nibble.yield %scaled : f32
         } -> tensor<2x4x3x6xf32>
  return %y : tensor<2x4x3x6xf32>
}

// The scales are 2^-7 and 1.5 as f8E4M3FN; one batch of unknown size.
func.func private @small_scales(%codes: tensor<?x7x5x6xi8>, %init: tensor<?x3x3x5xf32>) -> tensor<?x3x3x5xf32> {
  %w = arith.constant dense<[[0x21, 0xf3, 0x8f], [0x07, 0x12, 0x34], [0x9a, 0xbc, 0xde], [0xf0, 0x0f, 0x77], [0x88, 0x81, 0x18]]> : tensor<5x3xi8>
  %scales = arith.constant dense<[[0x04, 0x3c], [0x3c, 0x04], [0x04, 0x04], [0x3c, 0x3c], [0x3c, 0x04]]> : tensor<5x2xi8>
  %y = nibble.conv ins(%codes, %w : tensor<?x7x5x6xi8>, tensor<5x3xi8>) filter_scales(%scales : tensor<5x2xi8>)
         outs(%init : tensor<?x3x3x5xf32>)
         {strides = array<i64: 3, 2>, padding = array<i64: 0, 0, 0, 0>, packedFilterShape = array<i64: 1, 1, 6, 5>,
          inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s4, block = [1, 4], scale = [f8E4M3FN]>}
         -> tensor<?x3x3x5xf32>
  return %y : tensor<?x3x3x5xf32>
}

func.func @main() -> (tensor<2x4x3x6xi32>, tensor<2x3x3x5xi32>) {
  %seed = arith.constant 1 : i32
  %codes = call @make(%seed) : (i32) -> tensor<420xi8>
  %0 = call @grouped(%codes) : (tensor<420xi8>) -> tensor<2x4x3x6xf32>
  %x = tensor.expand_shape %codes [[0, 1, 2, 3]] output_shape [2, 7, 5, 6] : tensor<420xi8> into tensor<2x7x5x6xi8>
  %unknown = tensor.cast %x : tensor<2x7x5x6xi8> to tensor<?x7x5x6xi8>
  %empty = tensor.empty() : tensor<2x3x3x5xf32>
  %init = tensor.cast %empty : tensor<2x3x3x5xf32> to tensor<?x3x3x5xf32>
  %1 = call @small_scales(%unknown, %init) : (tensor<?x7x5x6xi8>, tensor<?x3x3x5xf32>) -> tensor<?x3x3x5xf32>
  %known = tensor.cast %1 : tensor<?x3x3x5xf32> to tensor<2x3x3x5xf32>
  %bits0 = arith.bitcast %0 : tensor<2x4x3x6xf32> to tensor<2x4x3x6xi32>
  %bits1 = arith.bitcast %known : tensor<2x3x3x5xf32> to tensor<2x3x3x5xi32>
  return %bits0, %bits1 : tensor<2x4x3x6xi32>, tensor<2x3x3x5xi32>
}

func.func private @printMemrefI32(tensor<*xi32>)

func.func @run() {
  %0, %1 = call @main() : () -> (tensor<2x4x3x6xi32>, tensor<2x3x3x5xi32>)
  %printed0 = tensor.cast %0 : tensor<2x4x3x6xi32> to tensor<*xi32>
  call @printMemrefI32(%printed0) : (tensor<*xi32>) -> ()
  %printed1 = tensor.cast %1 : tensor<2x3x3x5xi32> to tensor<*xi32>
  call @printMemrefI32(%printed1) : (tensor<*xi32>) -> ()
  return
}
