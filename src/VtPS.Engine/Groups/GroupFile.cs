using System.Text;
using VtPS.Engine.Histories;

namespace VtPS.Engine.Groups;

/// <summary>
/// The file <c>.vtgroup</c> in a tree's root: which group the tree belongs to, and who may read and who may merge in it (docs/sync.md). Lines of a word and a value: <c>id</c>, <c>name</c>,
/// <c>read</c>, <c>merge</c>; empty ones and those that begin with <c>#</c> say nothing. Immutable.
/// </summary>
internal sealed class GroupFile
{
    /// <summary>Its name in the root.</summary>
    public const string Name = ".vtgroup";

    private const int Longest = 1 << 16;
    private const string Anybody = "*";

    private readonly Dictionary<string, GroupRight> _rights = new(StringComparer.OrdinalIgnoreCase);

    private GroupFile(string path) => Path = path;

    /// <summary>Where it is, for messages.</summary>
    public string Path { get; }

    /// <summary>The group's id; zero where it says none.</summary>
    public Identity Id { get; private set; }

    /// <summary>The group's name; empty where it says none.</summary>
    public string GroupName { get; private set; } = string.Empty;

    /// <summary>Reads one.</summary>
    /// <param name="path">Where it is, for messages.</param>
    /// <param name="content">What it holds; nothing where there is none.</param>
    /// <returns>Null where there is none: then everybody may merge.</returns>
    /// <exception cref="VtException">InvalidArgument: it cannot be understood, so nobody may do anything.</exception>
    public static GroupFile? Parse(string path, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return null;
        }

        if (content.Length > Longest)
        {
            throw Failure(path, 0, $"it is longer than {Longest} bytes");
        }

        GroupFile file = new(path);
        int number = 0;
        foreach (string line in Encoding.UTF8.GetString(content).TrimStart('\ufeff').Split('\n'))
        {
            number++;
            string text = line.Trim();
            if (text.Length > 0 && text[0] != '#')
            {
                int space = text.IndexOfAny([' ', '\t']);
                file.Take(number, space < 0 ? text : text[..space], space < 0 ? string.Empty : text[space..].Trim());
            }
        }

        return file;
    }

    /// <summary>What a replica may do: what is said of its id, else of its machine and path, else of its machine, else of <c>*</c>. Where nobody is named, everybody may merge.</summary>
    public GroupRight RightOf(GroupMember member)
    {
        foreach (string name in (string[])[member.Id, member.Place, member.Host, Anybody])
        {
            if (_rights.TryGetValue(name, out GroupRight right))
            {
                return right;
            }
        }

        return _rights.Count == 0 ? GroupRight.Merge : GroupRight.None;
    }

    private static VtException Failure(string path, int line, string what) => new(
        VtErrorId.InvalidArgument, $"'{path}'{(line > 0 ? $", line {line}," : string.Empty)} cannot be understood: {what}. Until it is mended nobody may sync the tree, for nobody knows who may.", path);

    private void Take(int line, string word, string value)
    {
        bool isValid = value.Length > 0 && word switch
        {
            "id" => Id == default && Identity.TryParse(value, out Identity id) && (Id = id) != default,
            "name" => GroupName.Length == 0 && (GroupName = value).Length > 0,
            "read" => _rights.TryAdd(value, GroupRight.Read),
            "merge" => _rights.TryAdd(value, GroupRight.Merge),
            _ => false,
        };
        if (!isValid)
        {
            throw Failure(Path, line, $"'{word} {value}' is not one of 'id <32 hexadecimal digits>', 'name <name>', 'read <who>' and 'merge <who>', or stands there twice");
        }
    }
}
