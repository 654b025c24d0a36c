using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

public sealed class TableHeadTests
{
    [Theory]
    [InlineData("name,amount / Ana,5 / Ben,6")]
    [InlineData("name,city / Ana,Paris / Ben,Rome")]
    [InlineData("region,2023,2024,2025 / North,10,20,30 / South,1,2,3")]
    [InlineData("region,2010,2015,2020 / North,10,20,30")]
    [InlineData(",2023,2024 / North,10,20 / South,1,2")]
    [InlineData("id,product,2024 / 1,Pear,300 / 2,Plum,40")]
    [InlineData("customer,Q1,Q2 / Acme,5,6 / Bolt,7,8")]
    [InlineData("q1,q2,q3,q4 / 1,2,3,4 / 5,6,7,8")]
    [InlineData("h1,h2 / 1.5,2.5")]
    [InlineData("unit,FY24,FY25 / Sales,1,2")]
    [InlineData("unit,2024E,2025E / Sales,1,2")]
    [InlineData("unit,2024-Q1,2024-Q2 / Sales,1,2")]
    [InlineData("unit,2023/24,2024/25 / Sales,1,2")]
    [InlineData("unit,2024-01-31,2024-02-29 / Sales,1,2 / Rent,3,4")]
    [InlineData("unit,Jan,Feb,Mar / Sales,1,2,3")]
    [InlineData("Jan,Feb,Mar / 1,2,3")]
    [InlineData("Mon,Tue / 1,2")]
    [InlineData("T1,T2 / 20.5,21")]
    [InlineData("col1,col2,col3 / a,b,c / d,e,f")]
    [InlineData("id,col1,col2 / 1,x,y")]
    [InlineData("name,Address 1,Address 2 / Ana,Harbour 5,Flat 7 / Ben,Station 9,Floor 2")]
    [InlineData("name,amount,amount / Ana,1,2")]
    [InlineData("name,,amount / Ana,x,2 / Ben,y,3")]
    [InlineData("year,people / 2019,5 / 2020,6")]
    [InlineData("name,born,hired / Smith,1985,2001 / Jones,1990,2005")]
    [InlineData("name,weight,price / Pear,5kg,$3 / Plum,7kg,€4")]
    [InlineData("name,amount / name,amount / name,amount / Ana,5")] // on every page
    [InlineData("amount / 10 / 20")]
    [InlineData("a,b,c")]
    [InlineData("under 3 years,3 to 5 years,6 to 9 years,10 and more / 25 days,26 days,28 days,30 days")]
    [InlineData("unit,30 days,60 days / Sales,1,2")]
    [InlineData("不满五年,五年至十年,十年以上 / 5 天,10 天,15 天")]
    [InlineData("地区,2023年,2024年 / 华北,10,20 / 华南,1,2")]
    [InlineData("地区,2023,2024,2025 / 华北,10,20,30")]
    [InlineData("产品,第一季度,第二季度 / 甲,10,20")]
    [InlineData("第一季度,第二季度,第三季度 / 10,20,30 / 1,2,3")]
    [InlineData("产品,1月,2月,3月 / 甲,1,2,3")]
    [InlineData("一月,二月,三月 / 10,20,30")]
    [InlineData("月份,金额 / 一月,10 / 二月,20")]
    [InlineData("姓名,城市 / 安娜,北京 / 李雷,上海")]
    public void Names_over_values_are_a_head(string table) => Assert.Equal(HeadGuess.Yes, Guess(table));

    [Theory]
    [InlineData("1,2,3 / 4,5,6 / 7,8,9")]
    [InlineData("2,2024 / 3,2025 / 4,2026")]
    [InlineData("Ana,5 / Ben,6 / Cem,7")]
    [InlineData("North,10,20 / South,1,2")]
    [InlineData("North,2023,10 / South,2024,20")]
    [InlineData("2019,5 / 2020,6 / 2021,7")]
    [InlineData("2019,2050 / 2020,2012 / 2021,2099")]
    [InlineData("Smith,1985,2001 / Jones,1990,2005")]
    [InlineData("Smith,1985,1986 / Jones,1990,1995")]
    [InlineData("Ana,2024-01-15 / Ben,2024-02-01")]
    [InlineData("2024-01-15,Ana / 2024-02-01,Ben")]
    [InlineData("A12,B7 / A13,B8 / A14,B9")]
    [InlineData("SKU-100,pear / ABX-7,plum")]
    [InlineData("Room1,Ana / Room2,Ben")]
    [InlineData("A1,A2,A3 / B1,B2,B3")]
    [InlineData("Q1,10 / Q2,20 / Q3,30 / Q4,40")]
    [InlineData("Jan,Paris / Feb,Rome / Mar,Bonn")]
    [InlineData("5kg,pear / 7kg,plum")]
    [InlineData("EUR 5,pear / EUR 7,plum")]
    [InlineData("Line one / Line two")]
    [InlineData("Only a line")]
    [InlineData("region,2023,2024")] // nothing below
    [InlineData("a very long cell that holds a sentence and therefore is no name of a column,b / 1,2")]
    [InlineData("华北,10,20 / 华南,1,2")]
    [InlineData("一月,10 / 二月,20 / 三月,30")]
    [InlineData("2023年,10 / 2024年,20")]
    [InlineData("第一季度,北京 / 第二季度,上海")]
    [InlineData("1月,甲 / 2月,乙")]
    public void Values_over_their_like_are_none(string table) => Assert.Equal(HeadGuess.No, Guess(table));

    [Theory]
    [InlineData("2023,2024,2025 / 10,20,30 / 1,2,3", HeadGuess.RatherYes)] // numbers alone, but years that count on
    [InlineData("product,2024 / Pear,300 / Plum,40", HeadGuess.RatherYes)]
    [InlineData("name,1,2,3 / Ana,x,y,x / Ben,y,x,y", HeadGuess.RatherYes)]
    [InlineData("产品,2024 / 甲,300 / 乙,40", HeadGuess.RatherYes)]
    [InlineData("region,2023,2024,2025 / North,1950,2450,1990 / South,2020,3000,9000", HeadGuess.RatherYes)]
    [InlineData("Pear,2000 / Plum,1500 / Fig,300", HeadGuess.RatherNo)]
    [InlineData("Pear,2024 / Plum,2980 / Fig,300", HeadGuess.RatherNo)]
    [InlineData("size,36,38,40 / Shirt,10,20,30", HeadGuess.RatherNo)]
    [InlineData("region,2023,2024,2025 / North,1999,2001,2010", HeadGuess.RatherNo)]
    [InlineData("name,count,2024-01-15 / Ana,3,2024-02-15", HeadGuess.RatherNo)]
    [InlineData("name,amount,5 / Ana,3,6 / Ben,4,7", HeadGuess.RatherNo)]
    [InlineData("Ana,unknown,5 / Ben,4,7", HeadGuess.RatherNo)]
    [InlineData("Ana,Paris / Ben,Paris / Cem,Rome", HeadGuess.RatherNo)]
    [InlineData("yes,yes,no / no,maybe,so", HeadGuess.RatherNo)]
    [InlineData("李雷,北京 / 安娜,北京", HeadGuess.RatherNo)]
    public void In_doubt_it_is_said_what_is_likelier(string table, HeadGuess expected) => Assert.Equal(expected, Guess(table));

    [Theory]
    [InlineData(101)]
    [InlineData(1900)]
    public void Numbered_names_of_many_columns_are_a_head(int columns)
    {
        string[] head = [.. Enumerable.Range(0, columns).Select(i => $"col{i}")];
        string[] row = [.. Enumerable.Range(0, columns).Select(i => $"{i}")];
        Assert.Equal(HeadGuess.Yes, TableHead.Of([head, row, row]));
    }

    private static HeadGuess Guess(string table) => TableHead.Of([.. table.Split(" / ").Select(row => row.Split(','))]);
}
