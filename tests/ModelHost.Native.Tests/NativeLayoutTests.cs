using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tests;

/// <summary>Every foreign layout and every stored number, compared with the library itself. Append only.</summary>
public sealed class NativeLayoutTests
{
    private readonly LlamaLibrary library = LlamaLibrary.Load();

    public static TheoryData<string, string, string> Facts
    {
        get
        {
            LlamaLibrary.Load();
            return [.. BootCheck.Facts().Select(f => new TheoryDataRow<string, string, string>(f.What, f.Found, f.Expected))];
        }
    }

    [Theory, MemberData(nameof(Facts))]
    public void The_library_is_what_the_layouts_were_made_for(string what, string found, string expected) => Assert.True(found == expected, $"{what}: {found} where {expected} was expected");

    [Fact]
    public unsafe void The_sizes_of_structs_are_pinned()
    {
        Assert.Equal((80, 160, 56, 64), (sizeof(LlamaModelParams), sizeof(LlamaContextParams), sizeof(LlamaBatch), sizeof(LlamaQuantizeParams)));
        Assert.Equal((1, 16, 12, 32), (sizeof(LlamaSamplerChainParams), sizeof(LlamaChatMessage), sizeof(LlamaTokenData), sizeof(LlamaTokenDataArray)));
    }

    [Fact]
    public void The_tensor_types_of_files_are_the_librarys()
    {
        for (var type = 0; type < 43; type++)
        {
            var known = GgufTensorTypes.All.TryGetValue(type, out var block);
            Assert.Equal(known ? (block.Elements, block.Bytes) : (0, 0), ((int)Ggml.ggml_blck_size(type), (int)Ggml.ggml_type_size(type)));
        }
        Assert.Equal(42, GgufTensorTypes.All.Keys.Max());
    }

    [Fact]
    public void The_value_types_of_files_are_pinned() =>
        Assert.Equal("U8=0 I8=1 U16=2 I16=3 U32=4 I32=5 F32=6 Truth=7 Text=8 List=9 U64=10 I64=11 F64=12", string.Join(' ', Enum.GetValues<GgufType>().Select(t => $"{t}={(uint)t}")));

    [Fact]
    public void The_library_says_what_it_is()
    {
        Assert.StartsWith("0.5.0", library.Version, StringComparison.Ordinal);
        Assert.Contains(library.Devices, d => !d.IsGpu);
        Assert.NotEmpty(library.SystemInfo);
        Assert.Same(library, LlamaLibrary.Load("a second call answers with what is loaded"));
    }

    [Fact]
    public void A_folder_without_libraries_is_refused_in_a_sentence_with_the_remedy()
    {
        var missing = Assert.Throws<NativesUnusableException>(() => NativeFiles.Find("/nowhere"));
        Assert.Contains("Engine:NativeDirectory", missing.Message, StringComparison.Ordinal);
        var empty = Directory.CreateTempSubdirectory("platform-empty-");
        try
        {
            Assert.Contains(empty.FullName, Assert.Throws<NativesUnusableException>(() => NativeFiles.Find(empty.FullName)).Message, StringComparison.Ordinal);
        }
        finally
        {
            empty.Delete();
        }
    }

    /// <summary>The CUDA and Vulkan packages name their libraries apart, and libllama must meet the libggml it was linked with.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(".cuda")]
    [InlineData(".vulkan")]
    public void Each_backends_package_is_found_by_its_own_names(string backend)
    {
        var folder = Directory.CreateTempSubdirectory("platform-natives-");
        try
        {
            foreach (var name in (string[])[$"libllama{backend}.v0.5.0.so", $"libggml{backend}.v0.5.0.so", "libggml-base.so", "libggml-cpu-x64.so"]) { File.WriteAllText(Path.Combine(folder.FullName, name), ""); }
            var found = NativeFiles.Find(folder.FullName);
            Assert.Equal(($"libllama{backend}.v0.5.0.so", $"libggml{backend}.v0.5.0.so", "libggml-base.so"), (Path.GetFileName(found.Llama), Path.GetFileName(found.Ggml), Path.GetFileName(found.GgmlBase)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
