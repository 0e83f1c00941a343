//! The node kinds and fields of tree-sitter-kotlin-ng that lowering uses.

use crate::source::lowering::grammar::grammar;

grammar!(tree_sitter_kotlin_ng::LANGUAGE;
    kinds {
        AnnotatedExpression = "annotated_expression",
        AnnotatedLambda = "annotated_lambda",
        Annotation = "annotation",
        AnonymousFunction = "anonymous_function",
        AnonymousInitializer = "anonymous_initializer",
        AsExpression = "as_expression",
        Assignment = "assignment",
        BinaryExpression = "binary_expression",
        Block = "block",
        CallExpression = "call_expression",
        CallableReference = "callable_reference",
        CatchBlock = "catch_block",
        CharacterLiteral = "character_literal",
        Class = "class",
        ClassBody = "class_body",
        ClassDeclaration = "class_declaration",
        ClassParameter = "class_parameter",
        ClassParameters = "class_parameters",
        CollectionLiteral = "collection_literal",
        CompanionObject = "companion_object",
        ConstructorDelegation = "constructor_delegation_call",
        ConstructorInvocation = "constructor_invocation",
        DelegationSpecifier = "delegation_specifier",
        DelegationSpecifiers = "delegation_specifiers",
        DoWhileStatement = "do_while_statement",
        DoubleColon = "::",
        Else = "else",
        EnumClassBody = "enum_class_body",
        EnumEntry = "enum_entry",
        Equals = "=",
        EscapeSequence = "escape_sequence",
        ExplicitDelegation = "explicit_delegation",
        FileAnnotation = "file_annotation",
        FinallyBlock = "finally_block",
        FloatLiteral = "float_literal",
        ForStatement = "for_statement",
        FunctionBody = "function_body",
        FunctionDeclaration = "function_declaration",
        FunctionType = "function_type",
        FunctionTypeParameters = "function_type_parameters",
        FunctionValueParameters = "function_value_parameters",
        Getter = "getter",
        Identifier = "identifier",
        IfExpression = "if_expression",
        Import = "import",
        InExpression = "in_expression",
        IndexExpression = "index_expression",
        InfixExpression = "infix_expression",
        Interface = "interface",
        Interpolation = "interpolation",
        IsExpression = "is_expression",
        Label = "label",
        LabeledExpression = "labeled_expression",
        LambdaLiteral = "lambda_literal",
        LambdaParameters = "lambda_parameters",
        Modifiers = "modifiers",
        MultiVariableDeclaration = "multi_variable_declaration",
        MultilineString = "multiline_string_literal",
        NavigationExpression = "navigation_expression",
        NonNullableType = "non_nullable_type",
        NullableType = "nullable_type",
        NumberLiteral = "number_literal",
        ObjectDeclaration = "object_declaration",
        ObjectLiteral = "object_literal",
        PackageHeader = "package_header",
        Parameter = "parameter",
        ParameterModifiers = "parameter_modifiers",
        ParenthesizedExpression = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PrimaryConstructor = "primary_constructor",
        PropertyDeclaration = "property_declaration",
        PropertyDelegate = "property_delegate",
        QualifiedIdentifier = "qualified_identifier",
        RangeExpression = "range_expression",
        RangeTest = "range_test",
        ReturnExpression = "return_expression",
        SecondaryConstructor = "secondary_constructor",
        Setter = "setter",
        SpreadExpression = "spread_expression",
        Star = "*",
        StringContent = "string_content",
        StringLiteral = "string_literal",
        Super = "super",
        SuperExpression = "super_expression",
        ThisExpression = "this_expression",
        ThrowExpression = "throw_expression",
        TryExpression = "try_expression",
        TypeAlias = "type_alias",
        TypeArguments = "type_arguments",
        TypeModifiers = "type_modifiers",
        TypeParameters = "type_parameters",
        TypeProjection = "type_projection",
        TypeTest = "type_test",
        UnaryExpression = "unary_expression",
        UserType = "user_type",
        Val = "val",
        ValueArgument = "value_argument",
        ValueArguments = "value_arguments",
        Var = "var",
        VariableDeclaration = "variable_declaration",
        WhenEntry = "when_entry",
        WhenExpression = "when_expression",
        WhenSubject = "when_subject",
        WhileStatement = "while_statement",
    }
    fields {
        Argument = "argument",
        Condition = "condition",
        Label = "label",
        Left = "left",
        Name = "name",
        Operator = "operator",
        Right = "right",
        Type = "type",
    }
);

/// Whether a node is a type.
pub(super) fn is_type(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::UserType | Kind::NullableType | Kind::NonNullableType | Kind::FunctionType | Kind::ParenthesizedType
    )
}

/// Whether a node is a statement or an expression, and not a part of a declaration.
pub(super) fn is_expression(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AnnotatedExpression
            | Kind::AnonymousFunction
            | Kind::AsExpression
            | Kind::BinaryExpression
            | Kind::CallExpression
            | Kind::CallableReference
            | Kind::CharacterLiteral
            | Kind::CollectionLiteral
            | Kind::FloatLiteral
            | Kind::Identifier
            | Kind::IfExpression
            | Kind::InExpression
            | Kind::IndexExpression
            | Kind::InfixExpression
            | Kind::IsExpression
            | Kind::LabeledExpression
            | Kind::LambdaLiteral
            | Kind::MultilineString
            | Kind::NavigationExpression
            | Kind::NumberLiteral
            | Kind::ObjectLiteral
            | Kind::ParenthesizedExpression
            | Kind::RangeExpression
            | Kind::ReturnExpression
            | Kind::SpreadExpression
            | Kind::StringLiteral
            | Kind::SuperExpression
            | Kind::ThisExpression
            | Kind::ThrowExpression
            | Kind::TryExpression
            | Kind::UnaryExpression
            | Kind::WhenExpression
    )
}
