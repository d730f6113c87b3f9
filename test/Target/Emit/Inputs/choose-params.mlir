module attributes {nibble.model = "choose_params", nibble.phase = "fuse"} {
  func.func @main(%x: tensor<8x65xf32> {nibble.name = "x"}) -> (tensor<8x65xi8> {nibble.name = "codes"}) {
    %scale, %zero = nibble.choose_params %x as <s8 narrow, zero_point = integer> : tensor<8x65xf32> -> tensor<f32> zero_point tensor<i32>
    %codes = nibble.quantize %x scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <s8 narrow, zero_point = integer>
               : tensor<8x65xf32> -> tensor<8x65xi8>
    return %codes : tensor<8x65xi8>
  }
}
