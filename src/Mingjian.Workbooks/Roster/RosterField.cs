namespace Mingjian.Workbooks.Roster;

/// <summary>A column of the roster of Party members (党员名册) that is understood.</summary>
public enum RosterField
{
    Name = 1,
    Sex = 2,
    IdNumber = 3,
    Ethnicity = 4,
    BirthDate = 5,
    Education = 6,
    Category = 7,
    Branch = 8,
    Admitted = 9,
    FullSince = 10,

    /// <summary>职业状况: decides the dues class.</summary>
    Occupation = 11,

    /// <summary>工作岗位: stands in for <see cref="Occupation"/> where the sheet has no such column.</summary>
    Job = 12,

    /// <summary>Monthly base of the dues, in yuan.</summary>
    Base = 13,
    Phone = 14,
    Address = 15,

    /// <summary>A second telephone number.</summary>
    OtherPhone = 16,
}

/// <summary>How a column came to its field.</summary>
public enum MappedBy
{
    /// <summary>Not understood; not read.</summary>
    Nothing = 0,

    /// <summary>A heading that is known.</summary>
    Heading = 1,

    /// <summary>A heading that resembles known ones.</summary>
    Likeness = 2,

    /// <summary>What stands in the column.</summary>
    Content = 3,

    /// <summary>The organisation's earlier choice for this heading.</summary>
    Remembered = 4,

    /// <summary>A choice for this file.</summary>
    Hand = 5,
}
