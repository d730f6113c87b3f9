// Every op of the dialect on odd shapes; all results as integers, floats by their bits. @run prints what @main returns.

#u8 = #nibble.scheme<u8, zero_point = integer>
#token = #nibble.scheme<u8, block = [1, 0], zero_point = integer>
#patch = #nibble.scheme<s8 narrow, block = [2, 5]>
#s16 = #nibble.scheme<s16, block = [0, 3], zero_point = integer>

func.func private @conv(%codes: tensor<4096xi8>, %reals: tensor<4096xf32>) -> tensor<2x4x3x6xi8> {
  %zero_point = arith.constant 7 : i32
  %0 = tensor.extract_slice %codes[0] [420] [1] : tensor<4096xi8> to tensor<420xi8>
  %x = tensor.expand_shape %0 [[0, 1, 2, 3]] output_shape [2, 7, 5, 6] : tensor<420xi8> into tensor<2x7x5x6xi8>
  %1 = tensor.extract_slice %codes[500] [72] [1] : tensor<4096xi8> to tensor<72xi8>
  %w = tensor.expand_shape %1 [[0, 1, 2, 3]] output_shape [3, 2, 2, 6] : tensor<72xi8> into tensor<3x2x2x6xi8>
  %2 = tensor.extract_slice %codes[700] [6] [1] : tensor<4096xi8> to tensor<6xi8>
  %bias = arith.extsi %2 : tensor<6xi8> to tensor<6xi32>
  %m = tensor.extract_slice %reals[30] [6] [1] : tensor<4096xf32> to tensor<6xf32>
  %3 = tensor.extract_slice %codes[800] [144] [1] : tensor<4096xi8> to tensor<144xi8>
  %residual = tensor.expand_shape %3 [[0, 1, 2, 3]] output_shape [2, 4, 3, 6] : tensor<144xi8> into tensor<2x4x3x6xi8>
  %scale = arith.constant dense<0.037> : tensor<f32>
  %init = tensor.empty() : tensor<2x4x3x6xi8>
  %y = nibble.conv ins(%x, %w : tensor<2x7x5x6xi8>, tensor<3x2x2x6xi8>) bias(%bias : tensor<6xi32>) input_zero_point(%zero_point)
         with(%m, %residual, %scale : tensor<6xf32>, tensor<2x4x3x6xi8>, tensor<f32>) outs(%init : tensor<2x4x3x6xi8>)
         {strides = array<i64: 2, 2>, dilations = array<i64: 1, 3>, padding = array<i64: 1, 1, 2, 1>, groups = 3 : i64,
          inputScheme = #u8, filterScheme = #nibble.scheme<s8>}
         epilogue {
         ^bb0(%acc: i32, %multiplier: f32, %code: i8, %residual_scale: f32):
           %f = arith.sitofp %acc : i32 to f32
           %scaled = arith.mulf %f, %multiplier : f32
           %small = arith.constant 0.001 : f32
           %smaller = arith.mulf %scaled, %small : f32
           %g = arith.sitofp %code : i8 to f32
           %added = arith.mulf %g, %residual_scale : f32
           %sum = arith.addf %smaller, %added : f32
           %low = arith.constant -128.0 : f32
           %high = arith.constant 127.0 : f32
           %above = arith.maxnumf %sum, %low : f32
           %within = arith.minnumf %above, %high : f32
           %rounded = math.roundeven %within : f32
           %integer = arith.fptosi %rounded : f32 to i8
           nibble.yield %integer : i8
         } -> tensor<2x4x3x6xi8>
  return %y : tensor<2x4x3x6xi8>
}

func.func private @depthwise(%codes: tensor<4096xi8>) -> tensor<1x5x5x7xi32> {
  %filter_zero_point = arith.constant -3 : i32
  %0 = tensor.extract_slice %codes[100] [175] [1] : tensor<4096xi8> to tensor<175xi8>
  %1 = tensor.expand_shape %0 [[0, 1, 2, 3]] output_shape [1, 5, 5, 7] : tensor<175xi8> into tensor<1x5x5x7xi8>
  %x = arith.extsi %1 : tensor<1x5x5x7xi8> to tensor<1x5x5x7xi16>
  %2 = tensor.extract_slice %codes[300] [63] [1] : tensor<4096xi8> to tensor<63xi8>
  %w = tensor.expand_shape %2 [[0, 1, 2, 3]] output_shape [3, 3, 1, 7] : tensor<63xi8> into tensor<3x3x1x7xi8>
  %init = tensor.empty() : tensor<1x5x5x7xi32>
  %y = nibble.conv ins(%x, %w : tensor<1x5x5x7xi16>, tensor<3x3x1x7xi8>) filter_zero_point(%filter_zero_point)
         outs(%init : tensor<1x5x5x7xi32>)
         {padding = array<i64: 1, 1, 1, 1>, groups = 7 : i64, inputScheme = #nibble.scheme<u16>,
          filterScheme = #nibble.scheme<s8, zero_point = integer>} -> tensor<1x5x5x7xi32>
  return %y : tensor<1x5x5x7xi32>
}

func.func private @contract(%codes: tensor<4096xi8>) -> tensor<2x3x5xi64> {
  %zero_point = arith.constant -9 : i32
  %0 = tensor.extract_slice %codes[0] [66] [1] : tensor<4096xi8> to tensor<66xi8>
  %x = tensor.expand_shape %0 [[0, 1, 2]] output_shape [2, 3, 11] : tensor<66xi8> into tensor<2x3x11xi8>
  %1 = tensor.extract_slice %codes[1000] [110] [1] : tensor<4096xi8> to tensor<110xi8>
  %w = tensor.expand_shape %1 [[0, 1, 2]] output_shape [2, 5, 11] : tensor<110xi8> into tensor<2x5x11xi8>
  %init = tensor.empty() : tensor<2x3x5xi64>
  %y = nibble.contract ins(%x, %w : tensor<2x3x11xi8>, tensor<2x5x11xi8>) input_zero_point(%zero_point)
         outs(%init : tensor<2x3x5xi64>)
         {transposeFilter, inputScheme = #nibble.scheme<s8, zero_point = integer>, filterScheme = #nibble.scheme<u8>} -> tensor<2x3x5xi64>
  return %y : tensor<2x3x5xi64>
}

func.func private @float_contract(%reals: tensor<4096xf32>) -> (tensor<7x3xf32>, tensor<7x3xf16>) {
  %0 = tensor.extract_slice %reals[0] [91] [1] : tensor<4096xf32> to tensor<91xf32>
  %x = tensor.expand_shape %0 [[0, 1]] output_shape [7, 13] : tensor<91xf32> into tensor<7x13xf32>
  %1 = tensor.extract_slice %reals[1000] [39] [1] : tensor<4096xf32> to tensor<39xf32>
  %w = tensor.expand_shape %1 [[0, 1]] output_shape [13, 3] : tensor<39xf32> into tensor<13x3xf32>
  %bias = tensor.extract_slice %reals[2000] [3] [1] : tensor<4096xf32> to tensor<3xf32>
  %init = tensor.empty() : tensor<7x3xf32>
  %y = nibble.contract ins(%x, %w : tensor<7x13xf32>, tensor<13x3xf32>) bias(%bias : tensor<3xf32>) outs(%init : tensor<7x3xf32>)
         -> tensor<7x3xf32>
  %xh = arith.truncf %x : tensor<7x13xf32> to tensor<7x13xf16>
  %wh = arith.truncf %w : tensor<13x3xf32> to tensor<13x3xf16>
  %half_init = tensor.empty() : tensor<7x3xf16>
  %half = nibble.contract ins(%xh, %wh : tensor<7x13xf16>, tensor<13x3xf16>) outs(%half_init : tensor<7x3xf16>) -> tensor<7x3xf16>
  return %y, %half : tensor<7x3xf32>, tensor<7x3xf16>
}

func.func private @tokens(%x: tensor<5x13xf32>) -> (tensor<5x1xf32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xf32>) {
  %s, %z = nibble.choose_params %x as #token : tensor<5x13xf32> -> tensor<5x1xf32> zero_point tensor<5x1xi32>
  %q = nibble.quantize %x scale(%s : tensor<5x1xf32>) zero_point(%z : tensor<5x1xi32>) as #token : tensor<5x13xf32> -> tensor<5x13xi8>
  %y = nibble.dequantize %q scale(%s : tensor<5x1xf32>) zero_point(%z : tensor<5x1xi32>) as #token : tensor<5x13xi8> -> tensor<5x13xf32>
  return %s, %z, %q, %y : tensor<5x1xf32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xf32>
}

func.func private @patches(%x: tensor<5x13xf32>) -> (tensor<3x3xf32>, tensor<5x13xi8>, tensor<f32>) {
  %s = nibble.choose_params %x as #patch : tensor<5x13xf32> -> tensor<3x3xf32>
  %q = nibble.quantize %x scale(%s : tensor<3x3xf32>) as #patch : tensor<5x13xf32> -> tensor<5x13xi8>
  %whole = nibble.choose_params %x as <s8> : tensor<5x13xf32> -> tensor<f32>
  return %s, %q, %whole : tensor<3x3xf32>, tensor<5x13xi8>, tensor<f32>
}

func.func private @wide(%x: tensor<5x13xf32>) -> (tensor<1x5xf32>, tensor<5x13xi16>, tensor<5x13xf16>) {
  %half = arith.truncf %x : tensor<5x13xf32> to tensor<5x13xf16>
  %s, %z = nibble.choose_params %half as #s16 : tensor<5x13xf16> -> tensor<1x5xf32> zero_point tensor<1x5xi32>
  %q = nibble.quantize %half scale(%s : tensor<1x5xf32>) zero_point(%z : tensor<1x5xi32>) as #s16 : tensor<5x13xf16> -> tensor<5x13xi16>
  %y = nibble.dequantize %q scale(%s : tensor<1x5xf32>) zero_point(%z : tensor<1x5xi32>) as #s16 : tensor<5x13xi16> -> tensor<5x13xf16>
  return %s, %q, %y : tensor<1x5xf32>, tensor<5x13xi16>, tensor<5x13xf16>
}

// Ties, and what no code stands for.
func.func private @edges(%codes: tensor<4096xi8>) -> (tensor<10xi8>, tensor<10xi8>, tensor<10xi16>, tensor<256xi8>) {
  %x = arith.constant dense<[0.25, 0.75, -0.25, 100.0, 200.0, -200.0, 0x7FC00000, 0x7F800000, 0xFF800000, 0x00000001]> : tensor<10xf32>
  %scale = arith.constant dense<0.5> : tensor<f32>
  %ten = arith.constant dense<10> : tensor<i32>
  %q = nibble.quantize %x scale(%scale : tensor<f32>) zero_point(%ten : tensor<i32>) as #u8 : tensor<10xf32> -> tensor<10xi8>
  %away = nibble.quantize %x scale(%scale : tensor<f32>) as <s8, rounding = half_away_from_zero> : tensor<10xf32> -> tensor<10xi8>
  %nine = nibble.quantize %x scale(%scale : tensor<f32>) as <u9> : tensor<10xf32> -> tensor<10xi16>
  %all = tensor.extract_slice %codes[0] [256] [1] : tensor<4096xi8> to tensor<256xi8>
  %multiplier = arith.constant dense<1.3> : tensor<f32>
  %r = nibble.requantize %all multiplier(%multiplier : tensor<f32>) input_zero_point(%ten : tensor<i32>) from #u8 to <s8 narrow>
         : tensor<256xi8> -> tensor<256xi8>
  return %q, %away, %nine, %r : tensor<10xi8>, tensor<10xi8>, tensor<10xi16>, tensor<256xi8>
}

// Every byte, in no order.
func.func private @bytes() -> tensor<4096xi8> {
  %empty = tensor.empty() : tensor<4096xi8>
  %codes = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%empty : tensor<4096xi8>) {
  ^bb0(%out: i8):
    %index = linalg.index 0 : index
    %i = arith.index_cast %index : index to i32
    %a = arith.constant 1103515245 : i32
    %b = arith.constant 12345 : i32
    %0 = arith.muli %i, %a : i32
    %1 = arith.addi %0, %b : i32
    %2 = arith.muli %1, %1 : i32
    %c17 = arith.constant 17 : i32
    %3 = arith.shrui %2, %c17 : i32
    %byte = arith.trunci %3 : i32 to i8
    linalg.yield %byte : i8
  } -> tensor<4096xi8>
  return %codes : tensor<4096xi8>
}

// Numbers of several magnitudes, of which the first block has zeros and one is infinite and one NaN.
func.func private @matrix(%reals: tensor<4096xf32>) -> tensor<5x13xf32> {
  %0 = tensor.extract_slice %reals[77] [65] [1] : tensor<4096xf32> to tensor<65xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [5, 13] : tensor<65xf32> into tensor<5x13xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x5xf32>
  %2 = tensor.insert_slice %zeros into %1[0, 0] [2, 5] [1, 1] : tensor<2x5xf32> into tensor<5x13xf32>
  %special = arith.constant dense<[[0x7F800000, 1.0e-44, 0x7FC00000]]> : tensor<1x3xf32>
  %3 = tensor.insert_slice %special into %2[4, 7] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<5x13xf32>
  return %3 : tensor<5x13xf32>
}

func.func @main() -> (tensor<2x4x3x6xi8>, tensor<1x5x5x7xi32>, tensor<2x3x5xi32>, tensor<7x3xi32>, tensor<7x3xi32>,
                      tensor<5x1xi32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xi32>,
                      tensor<3x3xi32>, tensor<5x13xi8>, tensor<i32>,
                      tensor<1x5xi32>, tensor<5x13xi32>, tensor<5x13xi32>,
                      tensor<10xi8>, tensor<10xi8>, tensor<10xi32>, tensor<256xi8>) {
  %codes = call @bytes() : () -> tensor<4096xi8>
  %integers = arith.sitofp %codes : tensor<4096xi8> to tensor<4096xf32>
  %step = arith.constant dense<0.0371> : tensor<4096xf32>
  %reals = arith.mulf %integers, %step : tensor<4096xf32>
  %x = call @matrix(%reals) : (tensor<4096xf32>) -> tensor<5x13xf32>
  %0 = call @conv(%codes, %reals) : (tensor<4096xi8>, tensor<4096xf32>) -> tensor<2x4x3x6xi8>
  %1 = call @depthwise(%codes) : (tensor<4096xi8>) -> tensor<1x5x5x7xi32>
  %2 = call @contract(%codes) : (tensor<4096xi8>) -> tensor<2x3x5xi64>
  %integer2 = arith.trunci %2 : tensor<2x3x5xi64> to tensor<2x3x5xi32>
  %3, %4 = call @float_contract(%reals) : (tensor<4096xf32>) -> (tensor<7x3xf32>, tensor<7x3xf16>)
  %integer3 = arith.bitcast %3 : tensor<7x3xf32> to tensor<7x3xi32>
  %float4 = arith.extf %4 : tensor<7x3xf16> to tensor<7x3xf32>
  %integer4 = arith.bitcast %float4 : tensor<7x3xf32> to tensor<7x3xi32>
  %5, %6, %7, %8 = call @tokens(%x) : (tensor<5x13xf32>) -> (tensor<5x1xf32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xf32>)
  %integer5 = arith.bitcast %5 : tensor<5x1xf32> to tensor<5x1xi32>
  %integer8 = arith.bitcast %8 : tensor<5x13xf32> to tensor<5x13xi32>
  %9, %10, %11 = call @patches(%x) : (tensor<5x13xf32>) -> (tensor<3x3xf32>, tensor<5x13xi8>, tensor<f32>)
  %integer9 = arith.bitcast %9 : tensor<3x3xf32> to tensor<3x3xi32>
  %integer11 = arith.bitcast %11 : tensor<f32> to tensor<i32>
  %12, %13, %14 = call @wide(%x) : (tensor<5x13xf32>) -> (tensor<1x5xf32>, tensor<5x13xi16>, tensor<5x13xf16>)
  %integer12 = arith.bitcast %12 : tensor<1x5xf32> to tensor<1x5xi32>
  %integer13 = arith.extsi %13 : tensor<5x13xi16> to tensor<5x13xi32>
  %float14 = arith.extf %14 : tensor<5x13xf16> to tensor<5x13xf32>
  %integer14 = arith.bitcast %float14 : tensor<5x13xf32> to tensor<5x13xi32>
  %15, %16, %17, %18 = call @edges(%codes) : (tensor<4096xi8>) -> (tensor<10xi8>, tensor<10xi8>, tensor<10xi16>, tensor<256xi8>)
  %integer17 = arith.extsi %17 : tensor<10xi16> to tensor<10xi32>
  return %0, %1, %integer2, %integer3, %integer4, %integer5, %6, %7, %integer8, %integer9, %10, %integer11, %integer12, %integer13, %integer14, %15, %16, %integer17, %18
    : tensor<2x4x3x6xi8>, tensor<1x5x5x7xi32>, tensor<2x3x5xi32>, tensor<7x3xi32>, tensor<7x3xi32>,
      tensor<5x1xi32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xi32>,
      tensor<3x3xi32>, tensor<5x13xi8>, tensor<i32>,
      tensor<1x5xi32>, tensor<5x13xi32>, tensor<5x13xi32>,
      tensor<10xi8>, tensor<10xi8>, tensor<10xi32>, tensor<256xi8>
}

func.func private @printMemrefI32(tensor<*xi32>)

func.func @run() {
  %results:19 = call @main() : () -> (tensor<2x4x3x6xi8>, tensor<1x5x5x7xi32>, tensor<2x3x5xi32>, tensor<7x3xi32>, tensor<7x3xi32>, tensor<5x1xi32>, tensor<5x1xi32>, tensor<5x13xi8>, tensor<5x13xi32>, tensor<3x3xi32>, tensor<5x13xi8>, tensor<i32>, tensor<1x5xi32>, tensor<5x13xi32>, tensor<5x13xi32>, tensor<10xi8>, tensor<10xi8>, tensor<10xi32>, tensor<256xi8>)
  %wide0 = arith.extsi %results#0 : tensor<2x4x3x6xi8> to tensor<2x4x3x6xi32>
  %printed0 = tensor.cast %wide0 : tensor<2x4x3x6xi32> to tensor<*xi32>
  call @printMemrefI32(%printed0) : (tensor<*xi32>) -> ()
  %printed1 = tensor.cast %results#1 : tensor<1x5x5x7xi32> to tensor<*xi32>
  call @printMemrefI32(%printed1) : (tensor<*xi32>) -> ()
  %printed2 = tensor.cast %results#2 : tensor<2x3x5xi32> to tensor<*xi32>
  call @printMemrefI32(%printed2) : (tensor<*xi32>) -> ()
  %printed3 = tensor.cast %results#3 : tensor<7x3xi32> to tensor<*xi32>
  call @printMemrefI32(%printed3) : (tensor<*xi32>) -> ()
  %printed4 = tensor.cast %results#4 : tensor<7x3xi32> to tensor<*xi32>
  call @printMemrefI32(%printed4) : (tensor<*xi32>) -> ()
  %printed5 = tensor.cast %results#5 : tensor<5x1xi32> to tensor<*xi32>
  call @printMemrefI32(%printed5) : (tensor<*xi32>) -> ()
  %printed6 = tensor.cast %results#6 : tensor<5x1xi32> to tensor<*xi32>
  call @printMemrefI32(%printed6) : (tensor<*xi32>) -> ()
  %wide7 = arith.extsi %results#7 : tensor<5x13xi8> to tensor<5x13xi32>
  %printed7 = tensor.cast %wide7 : tensor<5x13xi32> to tensor<*xi32>
  call @printMemrefI32(%printed7) : (tensor<*xi32>) -> ()
  %printed8 = tensor.cast %results#8 : tensor<5x13xi32> to tensor<*xi32>
  call @printMemrefI32(%printed8) : (tensor<*xi32>) -> ()
  %printed9 = tensor.cast %results#9 : tensor<3x3xi32> to tensor<*xi32>
  call @printMemrefI32(%printed9) : (tensor<*xi32>) -> ()
  %wide10 = arith.extsi %results#10 : tensor<5x13xi8> to tensor<5x13xi32>
  %printed10 = tensor.cast %wide10 : tensor<5x13xi32> to tensor<*xi32>
  call @printMemrefI32(%printed10) : (tensor<*xi32>) -> ()
  %printed11 = tensor.cast %results#11 : tensor<i32> to tensor<*xi32>
  call @printMemrefI32(%printed11) : (tensor<*xi32>) -> ()
  %printed12 = tensor.cast %results#12 : tensor<1x5xi32> to tensor<*xi32>
  call @printMemrefI32(%printed12) : (tensor<*xi32>) -> ()
  %printed13 = tensor.cast %results#13 : tensor<5x13xi32> to tensor<*xi32>
  call @printMemrefI32(%printed13) : (tensor<*xi32>) -> ()
  %printed14 = tensor.cast %results#14 : tensor<5x13xi32> to tensor<*xi32>
  call @printMemrefI32(%printed14) : (tensor<*xi32>) -> ()
  %wide15 = arith.extsi %results#15 : tensor<10xi8> to tensor<10xi32>
  %printed15 = tensor.cast %wide15 : tensor<10xi32> to tensor<*xi32>
  call @printMemrefI32(%printed15) : (tensor<*xi32>) -> ()
  %wide16 = arith.extsi %results#16 : tensor<10xi8> to tensor<10xi32>
  %printed16 = tensor.cast %wide16 : tensor<10xi32> to tensor<*xi32>
  call @printMemrefI32(%printed16) : (tensor<*xi32>) -> ()
  %printed17 = tensor.cast %results#17 : tensor<10xi32> to tensor<*xi32>
  call @printMemrefI32(%printed17) : (tensor<*xi32>) -> ()
  %wide18 = arith.extsi %results#18 : tensor<256xi8> to tensor<256xi32>
  %printed18 = tensor.cast %wide18 : tensor<256xi32> to tensor<*xi32>
  call @printMemrefI32(%printed18) : (tensor<*xi32>) -> ()
  return
}
