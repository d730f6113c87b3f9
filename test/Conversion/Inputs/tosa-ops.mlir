// A quantized program in TOSA, with every rounding of tosa.rescale.

func.func private @conv(%x: tensor<1x7x6x2xi8>) -> tensor<1x4x3x3xi8> {
  %w = "tosa.const"() {values = dense<[[[[1, -2], [3, 4], [-5, 6]], [[7, 8], [-9, 10], [11, -12]]], [[[13, 14], [15, -16], [17, 18]], [[19, 20], [21, 22], [-23, 24]]], [[[-128, 127], [0, 1], [2, 3]], [[50, -60], [70, 80], [-90, 100]]]]> : tensor<3x2x3x2xi8>} : () -> tensor<3x2x3x2xi8>
  %b = "tosa.const"() {values = dense<[100, -2000, 30000]> : tensor<3xi32>} : () -> tensor<3xi32>
  %zx = "tosa.const"() {values = dense<-5> : tensor<1xi8>} : () -> tensor<1xi8>
  %zw = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %sum = tosa.conv2d %x, %w, %b, %zx, %zw {acc_type = i32, dilation = array<i64: 1, 2>, pad = array<i64: 1, 0, 1, 1>, stride = array<i64: 2, 1>} : (tensor<1x7x6x2xi8>, tensor<3x2x3x2xi8>, tensor<3xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x3xi32>
  %m = "tosa.const"() {values = dense<[12, 1500000000, 1717986918]> : tensor<3xi32>} : () -> tensor<3xi32>
  %s = "tosa.const"() {values = dense<[10, 37, 38]> : tensor<3xi8>} : () -> tensor<3xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.rescale %sum, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x4x4x3xi32>, tensor<3xi32>, tensor<3xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4x3xi8>
  %c = tosa.clamp %y {min_val = -100 : i8, max_val = 101 : i8} : (tensor<1x4x4x3xi8>) -> tensor<1x4x4x3xi8>
  %start = tosa.const_shape {values = dense<[0, 0, 1, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %size = tosa.const_shape {values = dense<[1, 4, 3, 3]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %slice = tosa.slice %c, %start, %size : (tensor<1x4x4x3xi8>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x4x3x3xi8>
  return %slice : tensor<1x4x3x3xi8>
}

// A filter with a zero point, two channels for each of the input, one bias for all.
func.func private @depthwise(%x: tensor<1x7x6x2xi8>) -> tensor<1x5x6x4xi8> {
  %w = "tosa.const"() {values = dense<[[[[10, -20], [30, 40]]], [[[-50, 60], [70, 80]]], [[[-90, 100], [110, -120]]]]> : tensor<3x1x2x2xi8>} : () -> tensor<3x1x2x2xi8>
  %b = "tosa.const"() {values = dense<-77> : tensor<1xi32>} : () -> tensor<1xi32>
  %zx = "tosa.const"() {values = dense<3> : tensor<1xi8>} : () -> tensor<1xi8>
  %zw = "tosa.const"() {values = dense<4> : tensor<1xi8>} : () -> tensor<1xi8>
  %sum = tosa.depthwise_conv2d %x, %w, %b, %zx, %zw {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x7x6x2xi8>, tensor<3x1x2x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x6x4xi32>
  %m = "tosa.const"() {values = dense<1717986918> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<38> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<-9> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.rescale %sum, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x5x6x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x5x6x4xi8>
  return %y : tensor<1x5x6x4xi8>
}

// A product of two activations; a fully connected layer. Both sums leave as they are.
func.func private @products(%x: tensor<1x7x6x2xi8>) -> (tensor<2x3x3xi32>, tensor<1x3x2xi32>) {
  %shape = tosa.const_shape {values = dense<[2, 3, 14]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %a = tosa.reshape %x, %shape : (tensor<1x7x6x2xi8>, !tosa.shape<3>) -> tensor<2x3x14xi8>
  %b = tosa.transpose %a {perms = array<i32: 0, 2, 1>} : (tensor<2x3x14xi8>) -> tensor<2x14x3xi8>
  %za = "tosa.const"() {values = dense<11> : tensor<1xi8>} : () -> tensor<1xi8>
  %zb = "tosa.const"() {values = dense<-13> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %a, %b, %za, %zb : (tensor<2x3x14xi8>, tensor<2x14x3xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<2x3x3xi32>
  %start = tosa.const_shape {values = dense<[1, 0, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %size = tosa.const_shape {values = dense<[1, 3, 5]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %row = tosa.slice %a, %start, %size : (tensor<2x3x14xi8>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x3x5xi8>
  %w = "tosa.const"() {values = dense<[[[1, -2], [3, 4], [-5, 6], [70, 80], [-128, 127]]]> : tensor<1x5x2xi8>} : () -> tensor<1x5x2xi8>
  %1 = tosa.matmul %row, %w, %za, %zb : (tensor<1x3x5xi8>, tensor<1x5x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x2xi32>
  return %0, %1 : tensor<2x3x3xi32>, tensor<1x3x2xi32>
}

// A residual sum and a product, each with its own scales; a table; unsigned codes.
func.func private @elementwise(%x: tensor<1x7x6x2xi8>) -> tensor<1x7x6x2xi8> {
  %zx = "tosa.const"() {values = dense<-5> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %m0 = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %m1 = "tosa.const"() {values = dense<1717986918> : tensor<1xi32>} : () -> tensor<1xi32>
  %s10 = "tosa.const"() {values = dense<10> : tensor<1xi8>} : () -> tensor<1xi8>
  %s11 = "tosa.const"() {values = dense<11> : tensor<1xi8>} : () -> tensor<1xi8>
  %s50 = "tosa.const"() {values = dense<51> : tensor<1xi8>} : () -> tensor<1xi8>
  %a = tosa.rescale %x, %m0, %s10, %zx, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x7x6x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x7x6x2xi32>
  %b = tosa.rescale %x, %m1, %s11, %zx, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = INEXACT_ROUND, scale32 = true} : (tensor<1x7x6x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x7x6x2xi32>
  %sum = tosa.add %a, %b : (tensor<1x7x6x2xi32>, tensor<1x7x6x2xi32>) -> tensor<1x7x6x2xi32>
  %zu = "tosa.const"() {values = dense<-56> : tensor<1xi8>} : () -> tensor<1xi8>
  %u = tosa.rescale %sum, %m1, %s50, %zi, %zu {input_unsigned = false, output_unsigned = true, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x7x6x2xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x7x6x2xi8>
  %zs = "tosa.const"() {values = dense<72> : tensor<1xi8>} : () -> tensor<1xi8>
  %s30 = "tosa.const"() {values = dense<30> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.rescale %u, %m0, %s30, %zu, %zs {input_unsigned = true, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x7x6x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x7x6x2xi8>
  return %y : tensor<1x7x6x2xi8>
}

func.func private @pooling(%x: tensor<1x7x6x2xi8>) -> (tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x7x2xi8>) {
  %z = "tosa.const"() {values = dense<-5> : tensor<1xi8>} : () -> tensor<1xi8>
  %zo = "tosa.const"() {values = dense<6> : tensor<1xi8>} : () -> tensor<1xi8>
  %avg = tosa.avg_pool2d %x, %z, %zo {acc_type = i32, kernel = array<i64: 3, 2>, pad = array<i64: 1, 1, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x7x6x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x3x2xi8>
  %max = tosa.max_pool2d %x {kernel = array<i64: 3, 2>, pad = array<i64: 1, 1, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x7x6x2xi8>) -> tensor<1x4x3x2xi8>
  %both = tosa.concat %avg, %max {axis = 2 : i32} : (tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>) -> tensor<1x4x6x2xi8>
  %widths = tosa.const_shape {values = dense<[0, 0, 0, 0, 1, 0, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
  %pad = tosa.pad %both, %widths, %z : (tensor<1x4x6x2xi8>, !tosa.shape<8>, tensor<1xi8>) -> tensor<1x4x7x2xi8>
  return %avg, %max, %pad : tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x7x2xi8>
}

func.func private @codes() -> tensor<1x7x6x2xi8> {
  %empty = tensor.empty() : tensor<84xi8>
  %codes = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%empty : tensor<84xi8>) {
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
  } -> tensor<84xi8>
  %x = tensor.expand_shape %codes [[0, 1, 2, 3]] output_shape [1, 7, 6, 2] : tensor<84xi8> into tensor<1x7x6x2xi8>
  return %x : tensor<1x7x6x2xi8>
}

func.func @main() -> (tensor<1x4x3x3xi8>, tensor<1x5x6x4xi8>, tensor<2x3x3xi32>, tensor<1x3x2xi32>,
                      tensor<1x7x6x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x7x2xi8>) {
  %x = call @codes() : () -> tensor<1x7x6x2xi8>
  %0 = call @conv(%x) : (tensor<1x7x6x2xi8>) -> tensor<1x4x3x3xi8>
  %1 = call @depthwise(%x) : (tensor<1x7x6x2xi8>) -> tensor<1x5x6x4xi8>
  %2, %3 = call @products(%x) : (tensor<1x7x6x2xi8>) -> (tensor<2x3x3xi32>, tensor<1x3x2xi32>)
  %4 = call @elementwise(%x) : (tensor<1x7x6x2xi8>) -> tensor<1x7x6x2xi8>
  %5, %6, %7 = call @pooling(%x) : (tensor<1x7x6x2xi8>) -> (tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x7x2xi8>)
  return %0, %1, %2, %3, %4, %5, %6, %7
    : tensor<1x4x3x3xi8>, tensor<1x5x6x4xi8>, tensor<2x3x3xi32>, tensor<1x3x2xi32>, tensor<1x7x6x2xi8>,
      tensor<1x4x3x2xi8>, tensor<1x4x3x2xi8>, tensor<1x4x7x2xi8>
}
