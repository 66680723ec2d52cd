using System.Diagnostics;
using System.Text;
using CsCheck;
using Mingjian.Collation;
using Mingjian.Primitives.Text;

namespace Mingjian.Primitives.Tests.Text;

public sealed class NameOrderTests(ITestOutputHelper output)
{
    private const string Surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏单仇解查区朴翟闫覃佟褚佘冼邬晏";

    private static readonly Gen<string> Names = Gen.OneOf<string>(
            "欧", "欧阳", "单", "尉迟", "张", "章", "林", "\uF92C", "䶮", "𬱟", "買", "⼥", "〇", "卂",
            "a", "Ａ", "·", "・", "（", "(", " ", "\u200B", "\uD800", "\uDC00", "é", "9", "ㄅ", "\U00030000")
        .List[0, 5].Select(string.Concat);

    public static TheoryData<string> Orders => ["names", "text", "strokes"];

    [Fact]
    public void Surnames_are_sorted_by_their_readings_as_surnames()
    {
        string[] sorted =
        [
            "岑一", "陈一", "种一", "褚一", "丁一", "郭一", "李一", "陆一", "吕一", "栾一", "罗一", "欧阳一", "欧一", "区一", "潘一", "朴一", "秦一", "仇一",
            "单一", "佘一", "谭一", "佟一", "尉一", "邬一", "冼一", "解一", "闫一", "晏一", "尉迟一", "云一", "员一", "曾一", "查一", "翟一", "张一", "章一", "赵一",
        ];
        Assert.Equal(sorted, sorted.Reverse().Order(PinyinOrder.OfNames));
    }

    [Theory]
    [InlineData("单", "shan", "dan")]
    [InlineData("曾", "zeng", "ceng")]
    [InlineData("仇", "qiu", "chou")]
    [InlineData("解", "xie", "jie")]
    [InlineData("查", "zha", "cha")]
    [InlineData("区", "ou", "qu")]
    [InlineData("朴", "piao", "pu")]
    [InlineData("翟", "zhai", "di")]
    [InlineData("乐", "yue", "le")]
    [InlineData("盖", "ge", "gai")]
    [InlineData("任", "ren", "ren")]
    [InlineData("繁", "po", "fan")]
    [InlineData("闫", "yan", "yan")]
    [InlineData("覃", "qin", "tan")]
    [InlineData("佟", "tong", "tong")]
    [InlineData("褚", "chu", "zhe")]
    [InlineData("佘", "she", "she")]
    [InlineData("冼", "xian", "xian")]
    [InlineData("邬", "wu", "wu")]
    [InlineData("晏", "yan", "yan")]
    public void A_surname_stands_among_its_syllable_and_is_found_by_every_reading(string surname, string reading, string other)
    {
        var readings = Pinyin.ReadingsOf(surname.EnumerateRunes().First());
        Assert.Contains(reading, readings);
        Assert.True(new NameSearch(reading[..1] + "wm").Finds(surname + "文明"));
        Assert.True(new NameSearch(other).Finds(surname + "文明") || !readings.Contains(other));
        // One name for each letter: the surname's own neighbour among them begins with the same letter.
        var inOrder = "安巴陈丁鄂方高何金孔李马牛欧潘秦任沈唐王徐杨张".Select(c => c + "一").Append(surname + "人").Order(PinyinOrder.OfNames).ToList();
        var at = inOrder.IndexOf(surname + "人");
        Assert.Contains(reading[0], inOrder.Skip(at - 1).Take(3).Where((_, i) => i != 1).Select(n => Pinyin.InitialsOf(n)[0][0]));
    }

    [Fact]
    public void Other_text_is_read_as_words_are()
    {
        Assert.True(PinyinOrder.OfText.Compare("区直支部", "欧家支部") > 0);
        Assert.True(PinyinOrder.OfNames.Compare("区直支部", "秦家支部") < 0);
        string[] sorted = ["（二）支部", "(一)支部", "A支部", "机关支部"];
        Assert.Equal(sorted, sorted.Reverse().Order(PinyinOrder.OfText));
    }

    [Fact]
    public void Names_by_strokes_stand_as_candidates_do()
    {
        string[] sorted =
        [
            "丁小宁", "王富", "王大富", "王小宁", "文一", "石一", "李富", "李一鸣", "李大鸣", "林一", "欧明", "欧阳少东", "郑一", "洪少东", "高富", "高大富", "褚一", "翟一",
        ];
        Assert.Equal(sorted, sorted.Reverse().Order(StrokeOrder.OfNames));
    }

    [Fact]
    public void Width_and_invisible_characters_do_not_move_a_name()
    {
        string[] names = ["张三", "张\u200B三", "张三 ", "张二", "张四"];
        Assert.Equal(["张二", "张\u200B三", "张三", "张三 ", "张四"], names.Order(PinyinOrder.OfNames));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Every_order_is_total(string order) => Gen.Select(Names, Names, Names).Sample((a, b, c) =>
    {
        var comparer = Of(order);
        var (ab, ba, bc, ac) = (Sign(comparer, a, b), Sign(comparer, b, a), Sign(comparer, b, c), Sign(comparer, a, c));
        return ab == -ba && ab == 0 == string.Equals(a, b, StringComparison.Ordinal) && Sign(comparer, a, a) == 0
            && (ab > 0 || bc > 0 || ac <= 0) && Sign(comparer, null, a) < 0 && Sign(comparer, a, null) > 0;
    });

    [Theory]
    [MemberData(nameof(Orders))]
    public void Ten_thousand_names_are_sorted_in_no_time(string order)
    {
        var names = Enumerable.Range(0, 10_000).Select(i => $"{Surnames[i * 31 % Surnames.Length]}{(char)('\u4E00' + (i * 7919 % 0x51A5))}{(i % 3 == 0 ? "" : "明")}").ToArray();
        var comparer = Of(order);
        _ = names.Reverse().Order(comparer).ToArray();
        var watch = Stopwatch.StartNew();
        var sorted = names.Order(comparer).ToArray();
        output.WriteLine($"{order}: 10,000 names in {watch.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.True(sorted.Zip(sorted.Skip(1)).All(p => comparer.Compare(p.First, p.Second) <= 0));
        Assert.Equal(sorted, names.Reverse().Order(comparer));
    }

    [Theory]
    [InlineData("张三丰", "三丰 zhangsanfeng zsf zhangsf sanf zhsf z ZSF Ｚsf san'feng", "sz feng3 zsg 四")]
    [InlineData("吕女", "lv lvnv lu lünü ln", "li")]
    [InlineData("单一", "shan dan chan sy dy", "san")]
    [InlineData("长孙无忌", "zhang chang zswj cs", "zsww")]
    [InlineData("买买提·艾力", "买买提艾力 提・艾 mmtal aili", "ml")]
    [InlineData("（测试）Ann 安", "(测试) ann annan", "anb")]
    [InlineData("⼥娲", "女 nvwa", "wn")]
    public void A_name_is_found_by_part_pinyin_and_first_letters(string name, string found, string notFound)
    {
        Assert.All(found.Split(' '), f => Assert.True(new NameSearch(f).Finds(name), f));
        Assert.All(notFound.Split(' '), f => Assert.False(new NameSearch(f).Finds(name), f));
        Assert.True(new NameSearch(" \u3000").Finds(name));
        Assert.True(new NameSearch(null).IsBlank);
    }

    [Fact]
    public void Spellings_hold_every_reading_and_are_bounded()
    {
        Assert.Equal(["danyi", "chanyi", "shanyi"], Pinyin.SpellingsOf("单一"));
        Assert.Equal(["dy", "cy", "sy"], Pinyin.InitialsOf("单一"));
        Assert.Equal(Pinyin.MostSpellings, Pinyin.SpellingsOf(string.Concat(Enumerable.Repeat("单解乐", 10))).Count);
        Assert.Empty(Pinyin.SpellingsOf("（）"));
        Assert.Empty(Pinyin.ReadingsOf(new Rune(0x30000)));
    }

    [Fact]
    public void Every_unified_ideograph_of_the_first_block_has_a_place_by_strokes_and_almost_every_one_a_reading()
    {
        var without = Enumerable.Range(0x4E00, 0x5200).Count(c => Pinyin.ReadingsOf(new Rune(c)).Count == 0);
        Assert.InRange(without, 0, 100);
        // Behind the last one of the table stands what it does not hold.
        Assert.All(Enumerable.Range(0x4E00, 0x5200), c => Assert.True(StrokeOrder.OfNames.Compare(((char)c).ToString(), "\U00030000") < 0));
        Assert.True(StrokeOrder.OfNames.Compare("一", "乙") < 0);
        Assert.True(StrokeOrder.OfNames.Compare("龘", "一") > 0);
    }

    [Fact]
    public void Rows_of_the_tables_are_well_formed()
    {
        var syllables = TextTable.ReadLines(typeof(PinyinOrder), "pinyin.txt").TakeWhile(l => l[0] != '[').ToList();
        Assert.True(syllables.Count > 1_300);
        Assert.All(syllables, l => Assert.Matches(@"^[a-zêü]+[0-4] [^ |]*(\|[^ |]+)?$", l));
        Assert.True(syllables.Max(l => l.Length) < 1_000);
        var compounds = TextTable.ReadLines(typeof(PinyinOrder), "pinyin.txt").SkipWhile(l => l[0] != '[').Skip(1).Select(l => l.Split(' ')).ToList();
        Assert.All(compounds, c => Assert.True(c[0].Length is 1 or 2 && c.Length == c[0].Length + 1, c[0]));
        // Each reading of a surname is a line that holds the character.
        var lines = syllables.ToDictionary(l => l.Split(' ')[0], l => l, StringComparer.Ordinal);
        Assert.All(compounds.SelectMany(c => c[0].Zip(c.Skip(1))), p => Assert.Contains(p.First, lines[p.Second]));
        Assert.All(TextTable.ReadLines(typeof(PinyinOrder), "strokes.txt"), l => Assert.Matches(@"^([1-5]+|[0-9]+\?) [^ ]+$", l));
    }

    private static char InitialOf(string name) => Pinyin.InitialsOf(name[..1])[0][0];

    private static int Sign(IComparer<string> comparer, string? a, string? b) => Math.Sign(comparer.Compare(a, b));

    private static IComparer<string> Of(string order) => order switch
    {
        "names" => PinyinOrder.OfNames,
        "text" => PinyinOrder.OfText,
        _ => StrokeOrder.OfNames,
    };
}
