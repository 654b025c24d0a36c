using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests.Rows;

public sealed class RowReaderTests
{
    [Theory]
    [InlineData("""{"messages":[{"role":"system","content":"S"},{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}""")]
    [InlineData("""{"messages":[{"role":"developer","content":"S"},{"role":"user","content":[{"type":"text","text":"Q"}]},{"role":"assistant","content":"A"}]}""")]
    [InlineData("""{"system":"S","instruction":"Q","input":"","output":"A"}""")]
    [InlineData("""{"system":"S","conversations":[{"from":"human","value":"Q"},{"from":"gpt","value":"A"}]}""")]
    [InlineData("""{"system":"S","prompt":"Q","completion":"A"}""")]
    [InlineData("""{"system":"S","question":"Q","answer":"A"}""")]
    public void A_question_and_its_answer_read_the_same_in_every_format(string json)
    {
        var row = RowReader.Read(json);
        Assert.Equal(RowKind.Dialogue, row.Kind);
        Assert.Equal([new Turn(TurnRole.System, "S"), new Turn(TurnRole.User, "Q"), new Turn(TurnRole.Assistant, "A")], row.Turns);
    }

    [Theory]
    [InlineData("""{"prompt":"Q","chosen":"good","rejected":"bad"}""")]
    [InlineData("""{"messages":[{"role":"user","content":"Q"}],"chosen":"good","rejected":"bad"}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"Q"}],"chosen":{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"}}""")]
    [InlineData("""{"instruction":"Q","chosen":"good","rejected":"bad"}""")]
    [InlineData("""{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"good"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"bad"}]}""")]
    [InlineData("""{"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":[{"role":"assistant","content":"good"}],"non_preferred_output":[{"role":"assistant","content":"bad"}]}""")]
    public void A_preference_reads_the_same_in_every_format(string json)
    {
        var row = RowReader.Read(json);
        Assert.Equal((RowKind.Preference, "good", "bad"), (row.Kind, row.Chosen, row.Rejected));
        Assert.Equal([new Turn(TurnRole.User, "Q")], row.Turns);
    }

    /// <summary>Models do write such arguments.</summary>
    [Fact]
    public void A_field_that_stands_twice_is_a_fault_of_its_row_and_in_the_arguments_of_a_call_a_text_as_any()
    {
        const string Call = """{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":\"x\",\"a\":\"y\"}"}}]},{"role":"tool","tool_call_id":"c","content":"1"},{"role":"assistant","content":"A"}]}""";
        Assert.Contains("""{"a":"x","a":"y"}""", RowReader.Read(Call).Texts);
        foreach (var twice in (string[])[Call.Replace("\"id\":\"c\",\"type\"", "\"id\":\"c\",\"id\":\"c\",\"type\"", StringComparison.Ordinal), """{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"tools":[{"type":"function","function":{"name":"f","name":"f","parameters":{}}}]}"""])
        {
            Assert.Equal("named_twice", Assert.Throws<RowException>(() => RowReader.Read(twice)).Code);
        }
    }

    [Fact]
    public void The_history_of_an_Alpaca_row_stands_before_its_instruction_and_the_input_after_it()
    {
        var row = RowReader.Read("""{"instruction":"Translate.","input":"猫","output":"cat","history":[["Hello","Hi"]]}""");
        Assert.Equal(["Hello", "Hi", "Translate.\n猫", "cat"], row.Turns.Select(turn => turn.Content));
    }

    [Fact]
    public void Calls_of_tools_stay_as_they_are_on_one_line()
    {
        var row = RowReader.Read("""
            {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
              "function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"7"},{"role":"assistant","content":"Seven."}],"tools":[ {"type":"function","function":{"name":"f"}} ]}
            """);
        Assert.Equal("""[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]""", row.Turns[1].Calls);
        Assert.Equal("c1", row.Turns[2].CallId);
        Assert.Equal("""[{"type":"function","function":{"name":"f"}}]""", row.Tools);
        Assert.DoesNotContain('\n', RowWriter.Write(row));
    }

    [Fact]
    public void What_is_written_is_read_as_the_same_row()
    {
        string[] rows =
        [
            """{"messages":[{"role":"user","content":"年假几天？"},{"role":"assistant","content":"十五天。","weight":0},{"role":"user","content":"<b>\"?\""},{"role":"assistant","content":"是"}]}""",
            """{"conversations":[{"from":"human","value":"Q"},{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"x\":1}}"},{"from":"observation","value":"2"},{"from":"gpt","value":"A"}],"tools":"[{\"name\":\"f\"}]"}""",
            """{"prompt":"Q","chosen":"good","rejected":"bad"}""",
            """{"text":"A plain text.\nTwo lines."}""",
        ];
        foreach (var json in rows)
        {
            var written = RowWriter.Write(RowReader.Read(json));
            Assert.Equal(written, RowWriter.Write(RowReader.Read(written)));
            Assert.DoesNotContain("\\u", written, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{", "not_json", "")]
    [InlineData("[1]", "wrong_type", "")]
    [InlineData("""{"name":"x"}""", "unknown_format", "")]
    [InlineData("""{"messages":[]}""", "empty", "messages")]
    [InlineData("""{"messages":{}}""", "wrong_type", "messages")]
    [InlineData("""{"messages":[{"role":"bot","content":"x"}]}""", "wrong_role", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", "wrong_type", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}""", "unsupported", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"role":"user","content":"Q"}]}""", "no_answer", "")]
    [InlineData("""{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A","weight":0}]}""", "no_answer", "")]
    [InlineData("""{"messages":[{"role":"assistant","content":"A","weight":0.5}]}""", "wrong_type", "messages[0].weight")]
    [InlineData("""{"instruction":"Q"}""", "missing_field", "output")]
    [InlineData("""{"instruction":"Q","output":"A","history":[["only"]]}""", "wrong_type", "history[0]")]
    [InlineData("""{"prompt":"Q","chosen":"same","rejected":"same"}""", "no_answer", "rejected")]
    [InlineData("""{"conversations":[{"from":"gpt","value":"First."},{"from":"human","value":"Q"},{"from":"gpt","value":"A"}]}""", "nothing_asked", "")]
    [InlineData("""{"prompt":"Q","completion":"A","label":false}""", "unsupported", "label")]
    [InlineData("""{"prompt":"Q","chosen":"  ","rejected":"x"}""", "empty", "chosen")]
    [InlineData("""{"chosen":"a","rejected":"b"}""", "missing_field", "prompt")]
    [InlineData("""{"prompt":"Q","completion":"A","kto_tag":true}""", "unsupported", "kto_tag")]
    [InlineData("""{"text":" "}""", "empty", "text")]
    [InlineData("""{"conversations":[{"from":"function_call","value":"f(1)"}]}""", "wrong_type", "conversations[0]")]
    public void A_row_that_cannot_be_used_says_where_and_why(string json, string code, string field)
    {
        var error = Assert.Throws<RowException>(() => RowReader.Read(json));
        Assert.Equal((code, field), (error.Code, error.Field));
        Assert.True(error.Message.Length is > 10 and < 400);
    }

    /// <summary>A parser's own words name its types and count from 0.</summary>
    [Theory]
    [InlineData("{bad}", "at byte 2 does not fit")]
    [InlineData("{\"text\":\n x}", "at byte 2 of its line 2")]
    public void What_is_no_JSON_is_told_by_its_place(string json, string place)
    {
        var message = Assert.Throws<RowException>(() => RowReader.Read(json)).Message;
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePosition", message, StringComparison.Ordinal);
        Assert.DoesNotContain("invalid start", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_beyond_the_limits_is_refused_whole()
    {
        var text = new string('x', RowReader.MaxCharacters);
        Assert.Equal(RowKind.Text, RowReader.Read($$"""{"text":"{{text}}"}""").Kind);
        Assert.Equal("too_long", Assert.Throws<RowException>(() => RowReader.Read($$"""{"text":"{{text}}y"}""")).Code);
        var turns = string.Join(',', Enumerable.Repeat("""{"role":"assistant","content":"x"}""", RowReader.MaxTurns + 1));
        Assert.Equal("too_many_turns", Assert.Throws<RowException>(() => RowReader.Read($$"""{"messages":[{{turns}}]}""")).Code);
        Assert.Equal("not_json", Assert.Throws<RowException>(() => RowReader.Read("""{"text":""" + new string('[', 100) + new string(']', 100) + "}")).Code);
    }
}
