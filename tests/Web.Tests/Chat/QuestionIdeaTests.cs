using Platform.Retrieval.Chunking;
using Platform.Web.Features.Chat;

namespace Platform.Web.Tests.Chat;

public sealed class QuestionIdeaTests
{
    [Theory]
    [InlineData("Handbook › 2 Working time › 2.2 Working from home", "working from home")]
    [InlineData("1. Accounts and passwords", "accounts and passwords")]
    [InlineData("6.3 Your last day", "my last day")]
    [InlineData("IT Security Rules", "IT Security Rules")]
    [InlineData("VPN", "VPN")]
    [InlineData("第三章 休假", "休假")]
    [InlineData("一、账号与密码", "账号与密码")]
    public void A_heading_becomes_a_topic_that_stands_inside_a_question(string heading, string topic) => Assert.Equal(topic, QuestionIdea.Topic(heading));

    [Theory]
    [InlineData("")]
    [InlineData("1 Who we are")]
    [InlineData("Introduction")]
    [InlineData("12 Changes to this handbook")]
    [InlineData("Sheet1")]
    [InlineData("A | B")]
    [InlineData("第十章 附则")]
    [InlineData("第一章 公司简介")]
    public void A_heading_that_every_document_has_is_not_asked_about(string heading) => Assert.Null(QuestionIdea.Topic(heading));

    [Fact]
    public void A_list_of_questions_is_asked_in_its_own_words()
    {
        var ideas = QuestionIdea.Of([Passage("问：工资条在哪里查看？\n答：在“我的薪酬”中。\n\n问：可以带宠物上班吗？\n答：不可以。"), Passage("问：图书可以借多久？\n答：四周。")]);
        Assert.Equal(["可以带宠物上班吗？", "图书可以借多久？", "工资条在哪里查看？"], ideas.Select(i => i.Words));
        Assert.All(ideas, idea => Assert.True(idea is { IsQuestion: true, IsChinese: true }));
    }

    [Fact]
    public void A_question_in_passing_is_no_list()
    {
        var ideas = QuestionIdea.Of([Passage("Why not? Because.\nIs that so?", "Rules › Overtime"), Passage("More.", "Rules › Notice")]);
        Assert.Equal([new("overtime", false), new("notice", false)], ideas);
    }

    [Fact]
    public void A_heading_of_several_words_comes_before_one_word() =>
        Assert.Equal("annual leave", QuestionIdea.Of([Passage("x", "Updates"), Passage("x", "Notice"), Passage("x", "Annual leave")])[0].Words);

    private static Passage Passage(string text, string heading = "") => new(Guid.NewGuid(), Guid.Empty, Guid.Empty, 0, text, heading, 1, 1, 0, text.Length, 1);
}
